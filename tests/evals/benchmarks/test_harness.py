"""Our HFLM gives a plain HFLM's scores, keeps them, and reports how far it is."""

from dataclasses import replace

import pytest
import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from transformers import MistralConfig, MistralForCausalLM

from ft_core.errors import FTError
from ft_core.evals.benchmarks import likelihood
from ft_core.evals.benchmarks.harness import Asked
from ft_core.evals.benchmarks.store import Store
from ft_core.generate import Stopped
from tests.evals.benchmarks import made

TEXTS = [
    (f"Question: what is in the {place}?\nAnswer:", f" the {thing}")
    for place in ("attic", "barn")
    for thing in made.THINGS[:4]
]
TEXTS += [("word " * 700, " apple"), ("", "apple"), ("ends in space ", "apple"), TEXTS[0]]


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return made.pair(tmp_path_factory.mktemp("base"))


def ask(texts):
    return [Instance("loglikelihood", {}, text, i) for i, text in enumerate(texts)]


def asked(pair, store, told=None, stop=lambda: False, length=512):
    return Asked(
        pair.tuned, pair.tokenizer, length, store, lambda *at: told.append(at) if told is not None else None, stop
    )


def with_a_window(pair):
    """A tiny model whose layers see the last 16 tokens alone, with the same tokenizer."""
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = MistralConfig(
        vocab_size=len(pair.tokenizer), num_key_value_heads=2, sliding_window=16, initializer_range=0.1, **sizes
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return replace(pair, tuned=MistralForCausalLM(config).eval())


@pytest.mark.parametrize("window", [False, True])
def test_the_scores_of_a_plain_one(pair, tmp_path, window):
    pair = with_a_window(pair) if window else pair
    assert likelihood.shares(pair.tuned) != window
    told = []
    found = asked(pair, Store(tmp_path, "m"), told).loglikelihood(ask(TEXTS))
    plain = HFLM(pretrained=pair.tuned, tokenizer=pair.tokenizer, batch_size=4, max_length=512)
    expected = plain.loglikelihood(ask(TEXTS), disable_tqdm=True)
    assert [score[0] for score in found] == pytest.approx([score[0] for score in expected], abs=1e-4)
    assert [score[1] for score in found] == [score[1] for score in expected]
    assert told[0] == (0, len(TEXTS) - 1) and told[-1] == (len(TEXTS) - 1, len(TEXTS) - 1), "a text is asked once"


def test_what_is_stored_is_not_asked_again(pair, tmp_path):
    first = asked(pair, Store(tmp_path, "m")).loglikelihood(ask(TEXTS))
    size = (tmp_path / "m.jsonl").stat().st_size
    told = []
    assert asked(pair, Store(tmp_path, "m"), told, lambda: True).loglikelihood(ask(TEXTS)) == first
    assert told == [(len(TEXTS) - 1, len(TEXTS) - 1)] and (tmp_path / "m.jsonl").stat().st_size == size


def test_stop_and_an_answer_longer_than_the_context(pair, tmp_path):
    with pytest.raises(Stopped):
        asked(pair, Store(tmp_path, "m"), stop=lambda: True).loglikelihood(ask(TEXTS))
    with pytest.raises(FTError, match="does not fit"):
        asked(pair, Store(tmp_path, "n"), length=16).loglikelihood(ask([("a", "word " * 40)]))
