"""The probe set: enough of every kind, nothing twice, as conversations and as plain texts."""

from collections import Counter

import pytest

from ft_core import modeling, prompts
from ft_core.evals.forgetting import probes
from tests import helpers


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    return modeling.load_tokenizer(str(helpers.make_base_model(tmp_path_factory.mktemp("base"))))


def test_there_are_about_sixty_of_many_kinds_and_none_is_there_twice():
    every = probes.probes()
    assert 56 <= len(every) <= 72 and len({probe.ask for probe in every}) == len({probe.answer for probe in every})
    counts = Counter(probe.kind for probe in every)
    assert {"facts", "stories", "tasks", "forms"} < set(counts) and min(counts.values()) >= 6
    assert all(probe.ask.strip() == probe.ask and probe.answer.strip() == probe.answer != "" for probe in every)


def test_a_probe_is_a_conversation_after_the_system_prompt_if_there_is_one(tokenizer):
    first = probes.probes()[0]
    [plain], [told] = (probes.examples(tokenizer, [first], system) for system in ("", "Be short."))
    assert [message.role for message in plain.messages] == ["user", "assistant"] and plain.answer == first.answer
    assert [message.content for message in told.messages] == ["Be short.", first.ask, first.answer]


def test_without_a_chat_template_a_probe_is_a_plain_text(tmp_path):
    folder = helpers.make_base_model(tmp_path)
    (folder / "chat_template.jinja").unlink()
    plain = modeling.load_tokenizer(str(folder), plain=True)
    first = probes.probes()[0]
    [example] = probes.examples(plain, [first], "Be short.")
    assert example.is_text and example.answer == f"{first.ask}\n{first.answer}"
    assert probes.length(plain, example) == len(prompts.text_ids(plain, example.answer))


def test_what_does_not_fit_into_the_context_is_left_out(tokenizer):
    lengths = [probes.length(tokenizer, one) for one in probes.examples(tokenizer, probes.probes(), "Be short.")]
    context = sorted(lengths)[10]
    kept = probes.fitting(tokenizer, context, "Be short.")
    assert kept == [probe for probe, long in zip(probes.probes(), lengths, strict=True) if long <= context]
    assert 10 < len(kept) < len(lengths) and len(probes.fitting(tokenizer, context)) > len(kept)
