"""Names that a person can tell apart."""

from ft_core.run import Run
from ft_core.ui.runs import names


def test_a_short_id_is_as_long_as_it_must_be(tmp_path):
    ids = ["20260101-000000-aaaaaa", "20260101-000001-aaaaaa", "20260101-000001-bbbbbb"]
    short = names.short_ids([Run(tmp_path / identity) for identity in ids])
    assert short == {ids[0]: ids[0], ids[1]: ids[1], ids[2]: "bbbbbb"}


def test_a_run_that_cannot_be_read_has_a_name(tmp_path):
    (tmp_path / "20260101-000000-cccccc").mkdir()
    run = Run(tmp_path / "20260101-000000-cccccc")
    run.project.write_text("version: 99\n", encoding="utf-8")
    assert names.titles([run]) == {run.id: "cannot be read cccccc"}


def test_settings_have_their_labels():
    assert names.setting_title("training.learning_rate") == "Learning rate"
    assert names.setting_title("data.split.seed") == "Split: Split seed"
    assert names.setting_title("sweep.settings.unheard_of.low") == "Settings to try: Unheard of: Low"


def test_values_are_words():
    assert [names.value(one) for one in (None, True, 0.0005, "qlora", [8, 16], {"a": 1})] == [
        "–",
        "yes",
        "0.0005",
        "QLoRA",
        "8, 16",
        "a: 1",
    ]
    assert names.settings({"learning_rate": 0.01, "lora_rank": 8}) == "Learning rate 0.01, LoRA rank 8"
