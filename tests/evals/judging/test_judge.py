"""A model as judge, asked over loopback: both orders, its failures apart, its key nowhere."""

import re
import socket
import threading

import pytest

from ft_core.data.augment.writer import endpoint
from ft_core.errors import FTError
from ft_core.evals.judging.judge import judge, judge_run
from ft_core.evals.judging.pairs import pairs
from ft_core.evals.judging.verdicts import read_verdicts
from ft_core.evals.judging.votes import ballots, vote
from ft_core.run import Run
from tests.data.augment.openai_standin import standing_in
from tests.evals.judging.made import row, rows

KEY = "sk-very-secret"


def shown(text):
    """The two answers in a question, in its order."""
    return re.findall(r"===== ANSWER [AB] =====\n(.*)", text)


def likes(word):
    """A judge that prefers the answer with a word in it, wherever it stands."""

    def answer(messages):
        first, second = (word in answer for answer in shown(messages[-1]["content"]))
        return "VERDICT: TIE" if first == second else f"**VERDICT: {'A' if first else 'B'}**"

    return answer


def told():
    """Progress that is kept: (list, function)."""
    steps = []
    return steps, lambda step, total, message: steps.append((step, total))


def judged(answer, made, seconds=5.0, delay=0.0, **options):
    with standing_in(answer, delay) as server:
        ask = endpoint(server.url, "big-model", KEY, seconds, temperature=0.0)
        found = judge(made, ask, told()[1], lambda: False, **options)
    return found, server.asked


def test_each_pair_is_asked_twice_and_the_place_does_not_matter_to_a_fair_judge():
    made = rows(7)
    steps, progress = told()
    with standing_in(likes("plum")) as server:
        ask = endpoint(server.url, "big-model", KEY, temperature=0.0)
        found = judge([*made, row(8, "same", "same")], ask, progress, lambda: False)
    plums = {pair.id: "base" if pair.base.startswith("plum") else "tuned" for pair in pairs(made)}
    assert {verdict.pair: verdict.outcome for verdict in found.verdicts} == plums and found.stopped is None
    assert set(plums.values()) == {"base", "tuned"}
    asked = [shown(body["messages"][-1]["content"]) for _, _, body in server.asked]
    assert len(asked) == 14 and all(asked[n] == asked[n + 1][::-1] for n in range(0, 14, 2))
    assert {body["temperature"] for _, _, body in server.asked} == {0.0}
    assert steps[0] == (0, 7) and steps[-1] == (7, 7)
    sent = " ".join(str(body["messages"]) for _, _, body in server.asked).lower()
    assert "tuned" not in sent and "base" not in sent


@pytest.mark.parametrize(("letter", "said"), [("A", ("A", "A")), ("B", ("B", "B"))])
def test_one_who_goes_by_the_place_decides_nothing(letter, said):
    found, _ = judged(lambda _messages: f"VERDICT: {letter}", rows(5))
    assert {(verdict.outcome, verdict.said) for verdict in found.verdicts} == {("undecided", said)}


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (("A", "TIE"), "undecided"),
        (("TIE", "TIE"), "tie"),
        (("BOTH BAD", "BOTH BAD"), "both_bad"),
        (("TIE", "BOTH BAD"), "tie"),
        (("BOTH BAD", "TIE"), "tie"),
        (("A", "B"), "base"),
        (("B", "A"), "tuned"),
    ],
)
def test_two_answers_make_one_verdict(answers, outcome):
    turn = iter(answers)
    found, _ = judged(lambda _messages: f"VERDICT: {next(turn)}", rows(1))
    assert [verdict.outcome for verdict in found.verdicts] == [outcome]


def test_nonsense_is_no_score_and_is_shown():
    def answer(messages):
        odd = "question 3" in messages[-1]["content"]
        return "As a model, I like both answers! " * 20 if odd else likes("plum")(messages)

    found, asked = judged(answer, rows(5))
    by_row = {verdict.row: verdict for verdict in found.verdicts}
    assert by_row[3].outcome == "nonsense" and not by_row[3].given and by_row[3].said == ()
    assert sum(verdict.given for verdict in found.verdicts) == 4 and len(asked) == 9, (
        "no second question after nonsense"
    )
    assert found.nonsense is not None and found.nonsense.startswith("As a model") and len(found.nonsense) <= 200


def test_nonsense_of_the_second_answer_leaves_the_pair_without_a_verdict():
    turn = iter(["VERDICT: A", "hmm"])
    found, _ = judged(lambda _messages: next(turn), rows(1))
    assert [(verdict.outcome, verdict.said) for verdict in found.verdicts] == [("nonsense", ())]


def test_one_who_talks_nonsense_only_is_not_asked_for_ever():
    found, asked = judged(lambda _messages: "the the the", rows(60))
    assert len(asked) == 20 and found.stopped is not None and found.stopped.code == "judging.nonsense"
    assert {verdict.outcome for verdict in found.verdicts} == {"nonsense"}


def test_a_timeout_and_a_failure_are_apart_and_the_others_are_judged():
    waiting = threading.Event()

    def answer(messages):
        text = messages[-1]["content"]
        if "question 2" in text:
            waiting.wait(1.5)
        return (500, '{"error": "down"}') if "question 4" in text else likes("plum")(messages)

    with standing_in(answer) as server:
        ask = endpoint(server.url, "big-model", KEY, seconds=0.5)
        found = judge(rows(5), ask, told()[1], lambda: False)
        waiting.set()
    outcomes = {verdict.row: verdict.outcome for verdict in found.verdicts}
    assert outcomes.pop(2) == "timeout" and outcomes.pop(4) == "failed" and found.stopped is None
    assert set(outcomes) == {1, 3, 5} and set(outcomes.values()) <= {"base", "tuned"}
    assert found.failure is not None and found.failure.code in ("writer.timeout", "writer.busy")


@pytest.mark.parametrize(("status", "code"), [(500, "writer.busy"), (429, "writer.busy"), (400, "writer.refused")])
def test_one_who_fails_again_and_again_is_left_alone(status, code):
    found, asked = judged(lambda _messages: (status, f'{{"error": "no to {KEY}"}}'), rows(30))
    assert len(asked) == 3 and [verdict.outcome for verdict in found.verdicts] == ["failed"] * 3
    assert found.stopped is not None and found.stopped.code == "judging.silent" and str(status) in found.stopped.why
    assert found.failure is not None and found.failure.code == code
    assert KEY not in f"{found.stopped} {found.failure}"


def test_nobody_there():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ask = endpoint(f"http://127.0.0.1:{closed.getsockname()[1]}/v1", "m")
        found = judge(rows(9), ask, told()[1], lambda: False)
    assert len(found.verdicts) == 3 and found.stopped is not None and found.stopped.code == "judging.silent"


@pytest.mark.parametrize(("status", "code"), [(401, "writer.key"), (402, "writer.credit"), (404, "writer.model")])
def test_a_wrong_key_is_said_at_once_and_later_keeps_what_there_is(status, code):
    with pytest.raises(FTError) as caught:
        judged(lambda _messages: (status, "{}"), rows(9))
    assert caught.value.code == code
    turn = iter(range(100))

    def answer(messages):
        return (status, "{}") if next(turn) >= 5 else likes("plum")(messages)

    found, asked = judged(answer, rows(9))
    assert len(found.verdicts) == 2 and len(asked) == 6, "the pair that it ended in has no verdict"
    assert found.stopped is not None and found.stopped.code == code


def test_stopping_keeps_what_was_judged():
    asked = []

    def ask(messages):
        asked.append(messages)
        return likes("plum")([message.as_dict() for message in messages])

    found = judge(rows(9), ask, told()[1], lambda: len(asked) >= 5)
    assert len(asked) == 5 and len(found.verdicts) == 2 and found.stopped is None
    assert judge(rows(9), ask, told()[1], lambda: True).verdicts == []


def test_nothing_to_judge_asks_nobody():
    found, asked = judged(likes("plum"), [row(1, "same", "same")])
    assert found.verdicts == [] and asked == [] and found.stopped is None


def test_a_run_goes_on_where_its_judge_ended_and_what_people_voted_on_comes_first(tmp_path):
    run, made = Run(tmp_path), rows(30)
    for ballot in ballots(run, made, "Ada")[:4]:
        vote(run, made, "Ada", ballot.id, "tie")
    voted = {int(ballot.prompt.split()[-1]) for ballot in ballots(run, made, "Ada")[:4]}
    broken = {5}

    def answer(messages):
        number = int(re.findall(r"question (\d+)", messages[-1]["content"])[0])
        return (503, "{}") if number in broken else likes("plum")(messages)

    def go(limit):
        before = len(server.asked)
        found = judge_run(run, made, "big-model", ask, told()[1], lambda: False, limit)
        return found, len(server.asked) - before

    with standing_in(answer) as server:
        ask = endpoint(server.url, "big-model", KEY, temperature=0.0)
        found, asked = go(4)
        assert {verdict.row for verdict in found.verdicts} == voted
        found, asked = go(None)
        failed = [verdict.row for verdict in read_verdicts(run)["big-model"] if not verdict.given]
        assert failed == [5] and len(found.verdicts) == 30
        broken.clear()
        found, asked = go(None)
        assert asked == 2 and len(found.verdicts) == 30 and all(verdict.given for verdict in found.verdicts)
    assert sorted(verdict.row for verdict in read_verdicts(run)["big-model"]) == list(range(1, 31))
    assert go_nowhere(run, made) == 30


def go_nowhere(run, made):
    """All is judged: nobody is asked again."""

    def ask(_messages):
        raise AssertionError("asked again")

    return len(judge_run(run, made, "big-model", ask, told()[1], lambda: False).verdicts)


def test_the_key_is_in_the_header_and_in_no_file(tmp_path):
    run, made = Run(tmp_path), rows(4)
    with standing_in(lambda messages: f"My key is {KEY}. {likes('plum')(messages)}") as server:
        judge_run(run, made, "m", endpoint(server.url, "m", KEY), told()[1], lambda: False)
    assert {authorization for _, authorization, _ in server.asked} == {f"Bearer {KEY}"}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and all(KEY not in path.read_text() for path in files)
    assert {verdict.outcome for verdict in read_verdicts(run)["m"]} <= {"base", "tuned"}
