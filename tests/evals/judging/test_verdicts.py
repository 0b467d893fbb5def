"""Verdicts of models on disk."""

import json

import pytest

from ft_core.errors import FTError
from ft_core.evals.judging.verdicts import Verdict, read_verdicts, write_verdict
from ft_core.run import Run


def test_the_last_verdict_of_each_judge_on_a_pair_counts(tmp_path):
    run = Run(tmp_path)
    assert read_verdicts(run) == {}
    failed, said = Verdict("p1", 1, "", "timeout"), Verdict("p1", 1, "", "tuned", ("B", "A"))
    other = Verdict("p2", 2, "faq", "undecided", ("A", "A"))
    for judge, verdict in (("m/one", failed), ("m/one", other), ("m/two", failed), ("m/one", said)):
        write_verdict(run, judge, verdict)
    assert read_verdicts(run) == {"m/one": [said, other], "m/two": [failed]}
    assert [verdict.given for verdict in (failed, said, other)] == [False, True, True]


def test_torn_and_foreign_lines_are_left_out(tmp_path):
    run = Run(tmp_path)
    verdict = Verdict("p1", 1, "", "base", ("A", "B"))
    write_verdict(run, "m", verdict)
    path = run.evaluation / "verdicts.jsonl"
    line = json.loads(path.read_text())
    with open(path, "a") as file:
        file.writelines(
            json.dumps(line | more) + "\n" for more in ({"outcome": "best"}, {"judge": 3}, {"said": ["C", "C"]})
        )
        file.write('{"judge": "m", "pair": "p')
    assert read_verdicts(run) == {"m": [verdict]}
    assert set(line) == {"judge", "pair", "row", "part", "outcome", "said", "time"}


def test_a_judge_has_a_name_and_it_is_no_path(tmp_path):
    run = Run(tmp_path)
    write_verdict(run, "../../evil", Verdict("p", 1, "", "tie", ("tie", "tie")))
    assert [path.name for path in run.evaluation.iterdir()] == ["verdicts.jsonl"] and "../../evil" in read_verdicts(run)
    with pytest.raises(FTError) as caught:
        write_verdict(run, " ", Verdict("p", 1, "", "tie"))
    assert caught.value.code == "judging.reviewer"
