"""The run's base model as a judge."""

import pytest

from ft_core import generate, modeling
from ft_core.errors import FTError
from ft_core.evals.judging.own_base import base_name, base_writer
from ft_core.settings.example import Message
from tests import helpers


def test_the_base_answers_as_it_does_by_itself_and_says_when_it_cannot_read_the_question(tmp_path):
    base = helpers.make_base_model(tmp_path / "tiny-base")
    run = helpers.make_run(tmp_path / "runs", base, helpers.make_dataset(tmp_path / "datasets", 60))
    asked = [Message("user", "Ada saw apple in attic Monday")]
    write = base_writer(run)
    model, tokenizer = modeling.load_base(str(base)).eval(), modeling.load_tokenizer(str(base))
    (expected,) = generate.answers(model, tokenizer, [asked], max_new_tokens=64)
    assert write(asked) == expected.text.strip()
    with pytest.raises(FTError) as caught:
        write([Message("user", "Ada saw apple in attic Monday " * 100)])
    assert caught.value.code == "judging.too_long" and "448" in caught.value.why
    assert base_name(run) == "base model tiny-base", "never the folders of this machine"
