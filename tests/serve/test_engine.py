"""One set of weights that answers as base and as tuned, one answer at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ft_core import generate
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.serve.engine import Engine, Sampling
from ft_core.settings.example import Message
from tests.headed import make_headed_run

QUESTION = [Message(role="user", content="Ada saw apple in attic Monday")]
SHORT = Sampling(max_new_tokens=8)


def ask(engine, which, sampling=SHORT):
    return "".join(engine.chat(which, QUESTION, sampling))


def test_base_and_tuned_answer_differently_and_always_the_same(engine):
    base, tuned = ask(engine, "base"), ask(engine, "tuned")
    assert base and tuned and base != tuned
    assert (ask(engine, "base"), ask(engine, "tuned")) == (base, tuned)


def test_tuned_is_what_the_model_with_its_adapter_writes(engine):
    with engine.pair.base() as model:
        base = generate.answers(model, engine.tokenizer, [QUESTION], max_new_tokens=8)[0].text
    tuned = generate.answers(engine.pair.tuned, engine.tokenizer, [QUESTION], max_new_tokens=8)[0].text
    assert (ask(engine, "base"), ask(engine, "tuned")) == (base, tuned)


def test_a_message_beyond_the_context_is_refused_with_its_length(engine):
    message = Message(role="user", content="apple " * engine.context)
    with pytest.raises(FTError, match=f"reads {engine.context - 1:,} at most") as caught:
        list(engine.chat("tuned", [message], SHORT))
    assert caught.value.code == "chat.too_long"
    assert ask(engine, "tuned"), "the next one is answered"


def test_a_seed_is_an_answer(engine):
    first = ask(engine, "tuned", Sampling(8, temperature=1.5, seed=1))
    assert ask(engine, "tuned", Sampling(8, temperature=1.5, seed=1)) == first
    assert len({ask(engine, "tuned", Sampling(8, temperature=1.5, seed=seed)) for seed in range(4)}) > 1


def test_answers_asked_at_once_are_the_answers_asked_alone(engine):
    alone = {which: ask(engine, which) for which in ("base", "tuned")}
    order = ["base", "tuned"] * 4
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda which: ask(engine, which), order))
    assert together == [alone[which] for which in order]


def test_closing_an_answer_gives_the_turn_to_the_next(engine):
    answer = engine.chat("base", QUESTION, SHORT)
    next(answer)
    assert engine.lock.locked()
    answer.close()
    assert not engine.lock.locked()
    assert ask(engine, "tuned") == ask(engine, "tuned")


def test_stopping_ends_an_answer_and_a_wait(engine):
    stop = threading.Event()
    answer = engine.chat("tuned", QUESTION, Sampling(64), stop.is_set)
    next(answer)
    stop.set()
    waiting = engine.chat("base", QUESTION, SHORT, stop.is_set)
    with pytest.raises(generate.Stopped):
        next(waiting)
    with pytest.raises(generate.Stopped):
        list(answer)
    assert not engine.lock.locked()


def test_a_run_without_an_adapter_cannot_be_loaded(tuned_run, tmp_path):
    bare = Run.create(tmp_path, tuned_run.spec(), {}, {})
    with pytest.raises(FTError) as caught:
        Engine.load(bare)
    assert caught.value.code == "run.no_adapter"


def test_a_classification_head_answers_with_its_likeliest_label_and_its_base_still_writes(tmp_path):
    run = make_headed_run(tmp_path)
    headed = Engine.load(run)
    examples = Dataset.open(run.folder / run.data()["folder"]).examples("test")
    given = ["".join(headed.chat("tuned", example.prompt, SHORT)) for example in examples]
    assert set(given) <= set(run.head_labels())
    assert sum(label == example.answer for label, example in zip(given, examples, strict=True)) > 0.8 * len(examples)
    with headed.pair.base() as model:
        written = generate.answers(model, headed.tokenizer, [QUESTION], max_new_tokens=8)[0].text
    assert ask(headed, "base") == written and not headed.lock.locked()
