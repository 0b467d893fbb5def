"""What people and models judged of a run, gathered for its report."""

from ft_core.evals.judging.judged import judged
from ft_core.evals.judging.verdicts import write_verdict
from ft_core.evals.judging.votes import ballots, vote
from ft_core.run import Run
from tests.evals.judging.made import rows
from tests.evals.judging.test_verdict_results import verdicts


def test_people_and_models_are_gathered_and_what_is_outdated_does_not_count(tmp_path):
    run, made = Run(tmp_path), rows(6)
    assert judged(run, made) is None
    for verdict in verdicts(made, ["tuned"] * 4):
        write_verdict(run, "big", verdict)
    found = judged(run, made)
    assert found is not None and found["people"] is None and [one["judged"] for one in found["models"]] == [4]
    vote(run, made, "Ada", ballots(run, made, "Ada")[0].id, "tie")
    found = judged(run, made)
    assert found is not None and found["people"]["votes"] == 1 and found["models"][0]["agreement"]["shared"] <= 1
    assert judged(run, [row | {"tuned_written": "another"} for row in made]) is None
