"""What a project leaves out is chosen, with a reason; what it says stays."""

import pytest

from ft_core import catalog
from ft_core.errors import FTError
from ft_core.fit.architecture import of_catalog
from ft_core.fit.choose import Facts, choose, usual_rate, without_validation
from ft_core.hardware import Hardware
from ft_core.settings import project
from ft_core.settings.methods import METHODS, PREFERENCE, used_by
from ft_core.settings.train import TrainSpec

STARTER, SMALL, HALF, LARGE = map(of_catalog, catalog.suggestions())
CORES = Hardware(cores=2, memory_gb=16)
GPU = Hardware(cores=8, memory_gb=30, gpu="NVIDIA L4", gpu_memory_gb=24)
EXAMPLE = Facts(examples=1536, hardware=CORES, architecture=STARTER, longest=166, learnt=8)


def spec(**training) -> project.ProjectSpec:
    values = {"training": training} if training else {}
    return project.parse({"data": {"source": "x.csv"}} | values, "p")


def chosen(facts: Facts = EXAMPLE, **training) -> TrainSpec:
    return choose(spec(**training), facts)[0].training


def test_the_example_has_todays_defaults():
    found = chosen()
    usual = TrainSpec().model_dump() | {"micro_batch_size": 8, "threads": 2}
    assert found.model_dump() == usual
    wanted = {
        "epochs": 5,
        "learning_rate": 2e-3,
        "batch_size": 16,
        "lora_rank": 16,
        "lora_alpha": 32,
        "max_length": 512,
    }
    assert wanted | {"evaluations": 10} == {name: getattr(found, name) for name in (*wanted, "evaluations")}


@pytest.mark.parametrize("method", METHODS)
def test_everything_that_the_method_has_is_filled_in_once_with_a_reason(method):
    filled, choices = choose(spec(method=method), EXAMPLE)
    wanted = {name for name in TrainSpec.model_fields if used_by(method, name)} - {"method", *PREFERENCE}
    assert [choice.setting for choice in choices] == list(dict.fromkeys(choice.setting for choice in choices))
    assert {choice.setting for choice in choices} == wanted == filled.training.model_fields_set - {"method"}
    for choice in choices:
        assert getattr(filled.training, choice.setting) == choice.value and choice.reason.endswith(".")
    again = project.parse({"data": {"source": "x.csv"}, "training": filled.training.model_dump()}, "p")
    assert choose(again, EXAMPLE) == (again, []), "what is written out is not chosen again"


def test_what_is_given_stays_and_alpha_follows_the_rank():
    found = chosen(lora_rank=4, epochs=1.5, batch_size=12, micro_batch_size=5, threads=1)
    assert (found.lora_rank, found.lora_alpha, found.epochs, found.threads) == (4, 8, 1.5, 1)
    assert found.micro_batch_size == 4, "the largest divisor of 12 that is at most 5"
    assert chosen(lora_rank=256).lora_alpha == 512
    stabilised = chosen(method="rslora")
    assert (stabilised.lora_rank, stabilised.lora_alpha) == (64, 16), "the strength of LoRA: rsLoRA divides by the root"


@pytest.mark.parametrize(
    ("sizes", "method", "rate"),
    [(STARTER, "qlora", 2e-3), (SMALL, "lora", 1e-3), (HALF, "qlora", 4e-4), (LARGE, "qlora", 2e-4)]
    + [(STARTER, "full", 5e-4), (STARTER, "ia3", 1e-2), (LARGE, "full", 5e-5)],
)
def test_larger_models_want_smaller_steps(sizes, method, rate):
    found, choices = choose(spec(method=method), EXAMPLE.model_copy(update={"architecture": sizes}))
    assert found.training.learning_rate == rate == usual_rate(spec(method=method), sizes)
    reason = next(choice.reason for choice in choices if choice.setting == "learning_rate")
    assert (f"{METHODS[method].title} wants" in reason) is (METHODS[method].rate != 1)


def test_pairs_want_a_tenth_of_the_rate():
    pairs = spec(method="full").model_copy(update={"task": "preference"})
    assert usual_rate(pairs, STARTER) == choose(pairs, EXAMPLE)[0].training.learning_rate == 5e-5


def test_few_rows_are_seen_more_often_in_smaller_batches():
    counts = (40, 300, 1_536, 10_000, 50_000, 1_000_000)
    found = [chosen(EXAMPLE.model_copy(update={"examples": count})) for count in counts]
    assert [one.epochs for one in found] == [10, 8, 5, 3, 2, 1]
    assert [one.batch_size for one in found] == [4, 8, 16, 16, 32, 32]
    assert chosen(EXAMPLE.model_copy(update={"examples": 50_000}), training_share=0.001).batch_size == 4


@pytest.mark.parametrize(("longest", "length"), [(None, 512), (166, 512), (513, 576), (1900, 1920), (5000, 2048)])
def test_the_longest_example_is_held_up_to_the_context(longest, length):
    assert chosen(EXAMPLE.model_copy(update={"longest": longest})).max_length == length


def test_more_than_the_context_is_refused():
    with pytest.raises(FTError) as caught:
        chosen(max_length=2049)
    assert caught.value.code == "settings.too_long" and "2,048" in caught.value.why
    assert chosen(max_length=2048).max_length == 2048
    small = EXAMPLE.model_copy(update={"architecture": STARTER.model_copy(update={"context": 256})})
    usual, (said, *_) = choose(spec(max_length=512), small)
    assert usual.training.max_length == said.value == 256 and "512" in said.reason, "what nobody asked for is lowered"
    with pytest.raises(FTError):
        chosen(method="prompt_tuning", virtual_tokens=20, max_length=2048)


def test_more_layers_than_there_are_are_refused_and_no_more_are_chosen():
    with pytest.raises(FTError) as caught:
        chosen(method="layers", trained_layers=STARTER.layers + 1)
    assert caught.value.code == "settings.layers" and f"Trained layers to {STARTER.layers}" in caught.value.fix
    assert chosen(method="layers", trained_layers=STARTER.layers).trained_layers == STARTER.layers
    few = EXAMPLE.model_copy(update={"architecture": STARTER.model_copy(update={"layers": 1})})
    assert chosen(few, method="layers").trained_layers == 1


def test_what_needs_validation_rows_is_said_where_there_are_none():
    assert "end early or keep its best weights" in without_validation(TrainSpec())
    assert "end early" not in without_validation(TrainSpec(early_stopping=0))
    assert not without_validation(TrainSpec(early_stopping=0, keep="last"))


def test_the_machine_decides_about_memory():
    large = EXAMPLE.model_copy(update={"architecture": LARGE, "hardware": GPU})
    assert chosen(large).gradient_checkpointing and not chosen(large, method="prefix_tuning").gradient_checkpointing
    assert not chosen(EXAMPLE.model_copy(update={"architecture": LARGE})).gradient_checkpointing
    assert chosen(large).micro_batch_size == 16 and not chosen(large, method="dora").four_bit
    tiny = Hardware(cores=4, memory_gb=8, gpu="NVIDIA T4", gpu_memory_gb=4)
    assert chosen(large.model_copy(update={"hardware": tiny}), method="dora").four_bit
    assert chosen(large.model_copy(update={"longest": 8000})).micro_batch_size < 16
    assert chosen(large, method="full").optimizer == "paged_adamw_8bit"
    assert chosen(large).optimizer == chosen(method="full").optimizer == "adamw"


def test_bfloat16_on_a_processor_needs_matrix_units_and_a_wide_model():
    amx = CORES.model_copy(update={"matrix_units": True})
    assert Facts(examples=1, hardware=amx, architecture=SMALL).bytes_per_value == 2
    assert Facts(examples=1, hardware=amx, architecture=STARTER).bytes_per_value == 4
    assert Facts(examples=1, hardware=CORES, architecture=SMALL).bytes_per_value == 4


@pytest.mark.parametrize(
    ("base", "rate"), [("meta-llama/Llama-3.2-3B-Instruct", 2e-4), ("x/tiny-30M", 1e-3), ("somebody/model", 2e-4)]
)
def test_an_unknown_model_is_as_large_as_its_name_says(base, rate):
    asked = project.parse({"data": {"source": "x.csv"}, "model": {"base": base}}, "p")
    found, choices = choose(asked, Facts(examples=1000, hardware=CORES))
    assert found.training.learning_rate == rate and found.training.micro_batch_size == 4  # of 512 tokens
    assert len(choices) == len([name for name in TrainSpec.model_fields if used_by("qlora", name)]) - len(PREFERENCE)


def test_a_training_on_pairs_takes_smaller_steps_and_half_as_many_examples_at_once():
    values = {"data": {"source": "x.csv"}, "task": "preference"}
    filled, choices = choose(project.parse(values, "p"), EXAMPLE)
    found = filled.training
    assert (found.preference_loss, found.preference_beta) == ("dpo", 0.1)
    assert found.learning_rate == pytest.approx(chosen().learning_rate / 10)
    assert found.micro_batch_size == chosen().micro_batch_size // 2
    assert {"preference_loss", "preference_beta"} <= {choice.setting for choice in choices}
    assert choose(project.parse(filled.model_dump(mode="json"), "p"), EXAMPLE)[0] == filled


def test_soft_prompts_are_long_where_nothing_else_learns_and_leave_room_for_examples():
    """arXiv:2104.08691 wants about a hundred, arXiv:2110.07602 few in each layer."""
    long = EXAMPLE.model_copy(update={"longest": 5000})
    found = {method: chosen(long, method=method) for method in ("prompt_tuning", "prefix_tuning", "lora")}
    assert (found["prompt_tuning"].virtual_tokens, found["prefix_tuning"].virtual_tokens) == (100, 20)
    assert found["lora"].max_length - found["prompt_tuning"].max_length == 100
