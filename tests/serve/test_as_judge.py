"""Our own server as the judge: a run's base says what it thinks of the run's answers."""

from ft_core.data.augment.writer import endpoint
from ft_core.evals.judging.judge import judge_run
from ft_core.evals.judging.verdict_results import verdict_results
from ft_core.evals.judging.verdicts import read_verdicts
from ft_core.run import Run
from tests.evals.judging.made import rows
from tests.serve.test_server import running


def test_a_base_too_small_to_judge_gives_no_score(tuned_run, tmp_path):
    """The question alone is longer than this model's 512 tokens: each pair is a failure with its reason, none a zero."""
    run, made = Run(tmp_path), rows(2)
    with running(tuned_run) as here:
        ask = endpoint(f"http://127.0.0.1:{here.port}/v1", "base", temperature=0.0)
        found = judge_run(run, made, "the base", ask, lambda *_: None, lambda: False)
    said = verdict_results(made, read_verdicts(run)["the base"], [], "the base")
    assert [verdict.outcome for verdict in found.verdicts] == ["failed"] * 2
    assert found.failure is not None and "tokens" in found.failure.why
    assert (said["judged"], said["no_verdict"]["failed"], said["overall"]["win_rate"]) == (0, 2, None)
