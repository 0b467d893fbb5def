"""Endings scored with shared beginnings are as likely as endings read whole, one by one."""

import random

import pytest
import torch
from peft import PrefixTuningConfig, get_peft_model

from ft_core import modeling
from ft_core.evals.benchmarks.likelihood import ending_log_likelihoods, shares
from ft_core.generate import Stopped
from tests import helpers


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return helpers.make_base_model(tmp_path_factory.mktemp("base"))


def requests():
    chance = random.Random(2)

    def tokens(least, most):
        return [chance.randrange(5, 300) for _ in range(chance.randint(least, most))]

    shared = tokens(40, 40)
    contexts = [shared + tokens(1, 30) for _ in range(5)] + [tokens(1, 50) for _ in range(4)] + [shared]
    found = [(context, tokens(1, 6)) for context in contexts for _ in range(3)]
    chance.shuffle(found)
    return found


def one_by_one(model, context, ending):
    with torch.no_grad():
        logits = model(torch.tensor([context + ending[:-1]])).logits[0, -len(ending) :].log_softmax(-1)
    wanted = torch.tensor(ending)
    return float(logits.gather(1, wanted[:, None]).sum()), bool((logits.argmax(-1) == wanted).all())


@pytest.mark.parametrize("batch_tokens", [60, 4000])
def test_equal_to_reading_each_whole(folder, batch_tokens):
    model, asked = modeling.load_base(str(folder), quantised=False).eval(), requests()
    with torch.no_grad():
        best = int(model(torch.tensor([asked[0][0]])).logits[0, -1].argmax())
    asked.append((asked[0][0], [best]))
    found = [score for batch in ending_log_likelihoods(model, asked, 1, batch_tokens=batch_tokens) for score in batch]
    assert sorted(i for i, _, _ in found) == list(range(len(asked)))
    for i, total, greedy in found:
        expected, written = one_by_one(model, *asked[i])
        assert total == pytest.approx(expected, abs=1e-4) and greedy == written
    assert next(greedy for i, _, greedy in found if i == len(asked) - 1) is True


def test_equal_behind_a_prefix_that_was_learnt(folder):
    config = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4)
    model, asked = get_peft_model(modeling.load_base(str(folder), quantised=False), config).eval(), requests()
    found = [score for batch in ending_log_likelihoods(model, asked, 1) for score in batch]
    apart = [abs(total - one_by_one(model, *asked[i])[0]) for i, total, _ in found]
    assert len(apart) == len(asked) and max(apart) < 1e-4


def test_it_stops_between_batches(folder):
    model, asked = modeling.load_base(str(folder), quantised=False), requests()
    done = []
    with pytest.raises(Stopped):
        for batch in ending_log_likelihoods(model, asked, 1, batch_tokens=60, should_stop=lambda: len(done) > 2):
            done.append(batch)
    assert len(done) == 3


def test_a_window_is_never_shared(folder):
    model = modeling.load_base(str(folder), quantised=False)
    assert shares(model)
    model.config.layer_types = ["full_attention", "sliding_attention"]
    assert not shares(model)
