"""Verdicts from numbers made by hand: what calls them, what carried them, what to do."""

from ft_core.evals.forgetting import verdicts


def probes(difference: float, margin: float = 0.02, drift: float = 0.01, n: int = 64) -> dict:
    return {
        "n": n,
        "base": 3.0,
        "tuned": 3.0 + difference,
        "difference": difference,
        "low": difference - margin,
        "high": difference + margin,
        "drift": {"mean": drift, "low": drift * 0.9, "high": drift * 1.1, "says": "so and so"},
    }


def benchmark(base: float, difference: float, margin: float = 0.05, chance: float | None = 0.25) -> dict:
    return {
        "base": base,
        "tuned": base + difference,
        "n": 100,
        "difference": difference,
        "low": difference - margin,
        "high": difference + margin,
        "result": "worse" if difference + margin < 0 else "no clear change",
        "chance": chance,
    }


def test_a_clear_rise_on_the_probes_is_forgetting_and_they_carry_it():
    found = verdicts.forgetting(probes(1.2, drift=0.9), {})
    assert found["result"] == "worse" and found["forgetting"] and found["carried_by"] == ["probes", "drift"]
    assert found["sentence"].startswith("The training made the model forget: on 64 general answers")
    assert (
        "4.20 nats per token, the base model's 3.00 (difference +1.20, 95 % interval +1.18 to +1.22)"
        in found["sentence"]
    )
    assert "the probe set and the drift carry this verdict." in found["sentence"]
    for advice in ("general data", "Learning rate", "fewer Epochs"):
        assert advice in found["advice"]


def test_a_rise_that_is_certain_but_small_is_not_called_forgetting():
    found = verdicts.forgetting(probes(0.03, margin=0.01), {})
    assert found["result"] == "worse" and not found["forgetting"] and found["carried_by"] == ["probes"]
    assert found["sentence"].startswith("Hardly any forgetting") and found["advice"].startswith("Nothing needs")


def test_a_rise_that_chance_explains_is_not_called_forgetting():
    found = verdicts.forgetting(probes(0.3, margin=0.4, n=20), {})
    assert found["result"] == "no clear change" and not found["forgetting"]
    assert found["sentence"].startswith("No clear sign of forgetting") and "a small set" in found["sentence"]


def test_a_gain_too_small_to_matter_is_no_gain():
    found = verdicts.forgetting(probes(-0.01, margin=0.005), {})
    assert found["result"] == "better" and found["sentence"].startswith("No forgetting: on 64")


def test_drift_alone_does_not_call_it_but_is_told():
    found = verdicts.forgetting(probes(-0.2, drift=1.5), {})
    assert found["result"] == "better" and not found["forgetting"] and "even gained" in found["sentence"]
    assert "1.50 nats per token" in found["sentence"] and "moved far" in found["advice"]


def test_a_benchmark_that_fell_carries_the_verdict_where_the_probes_see_nothing():
    found = verdicts.forgetting(probes(0.0), {"arc_easy": benchmark(0.7, -0.2), "mmlu": benchmark(0.6, 0.0)})
    assert found["forgetting"] and found["result"] == "worse" and found["carried_by"] == ["benchmarks"]
    assert "arc easy carries this verdict; mmlu shows no clear fall." in found["sentence"]


def test_a_benchmark_at_chance_can_say_nothing_and_the_probes_carry():
    at_chance = {"mmlu": benchmark(0.27, -0.15), "hellaswag": benchmark(0.24, 0.0)}
    found = verdicts.forgetting(probes(1.0), at_chance)
    assert found["carried_by"] == ["probes"] and "the probe set carries this verdict" in found["sentence"]
    assert "mmlu and hellaswag can say nothing, since the base model itself only guesses there" in found["sentence"]
    assert not verdicts.forgetting(probes(0.0), at_chance)["forgetting"]


def strength(keeps: float, task: tuple = (5.0, 0.4, 0.3), price: tuple = (0.0, 0.02, 1.0)) -> dict:
    rows = zip((0.0, 0.5, 1.0), task, price, strict=True)
    return {"rows": [{"scale": a, "task_loss": b, "difference": c} for a, b, c in rows], "keeps": keeps}


def advised(strength: dict) -> str:
    return verdicts.forgetting(probes(1.0), {}, strength)["advice"]


def test_a_weaker_adapter_is_advised_where_it_keeps_what_was_known():
    assert (
        "at 0.5 of its strength (lora_alpha times 0.5 in its adapter_config.json; the general answers then lose 0.02 nats per token, not 1.00; "
        "the task's loss there is 0.40, 0.30 at full strength, 5.00 without it)"
    ) in advised(strength(0.5))
    assert "not 1.00)." in advised(strength(0.5, (None, None, None)))


def test_or_where_it_costs_half_for_nearly_the_whole_gain():
    assert "at 0.5 of its strength" in advised(strength(0.0, price=(0.0, 0.4, 1.0)))
    for without in (
        strength(0.0, price=(0.0, 0.6, 1.0)),
        strength(0.0, task=(5.0, 2.0, 0.3), price=(0.0, 0.4, 1.0)),
        strength(0.0, task=(None, None, None), price=(0.0, 0.4, 1.0)),
        strength(1.0),
    ):
        assert "of its strength" not in advised(without)


def parts(formats: float = 0.0, opening: float = 0.0, words: float = 0.0, copied: float = 0.0, base: int = 9) -> tuple:
    """Sections of `style`, each with a change and a margin of 0.1."""

    def change(difference: float) -> dict:
        return {"difference": difference, "low": difference - 0.1, "high": difference + 0.1}

    return (
        {"n": 16, "base": base, "tuned": 4, "p_value": 0.01, **change(formats)},
        {
            "base": {"opening": "the", "share": 0.1},
            "tuned": {"opening": "your ticket", "share": 0.9},
            **change(opening),
        },
        {"n": 80, "words": ["ticket"], "base": 1, "tuned": 60, **change(words)}
        | {"copied": {"base": 0, "tuned": 40, **change(copied)}},
    )


def test_each_sign_of_one_voice_calls_it_by_itself():
    signs = {
        "formats": (parts(formats=-0.3), "it gives 4 of 16 answers in the form that was asked for, the base model 9"),
        "openings": (parts(opening=0.8), "90 % of its answers begin with “your ticket”"),
        "markers": (parts(words=0.7), "words of the training stand in 60 of 80 answers to other questions (base: 1)"),
        "copied": (parts(copied=0.5), "40 of 80 answers to other questions are answers of the training, word for word"),
    }
    for sign, (given, said) in signs.items():
        found = verdicts.style(*given)
        assert found["result"] == "worse" and found["locked_in"] and found["carried_by"] == [sign]
        assert said in found["sentence"] and "conversations in other forms" in found["advice"]


def test_traces_are_told_but_not_called_a_lock_in():
    found = verdicts.style(*parts(words=0.15))
    assert not found["locked_in"] and found["result"] == "worse" and found["carried_by"] == ["markers"]
    assert found["sentence"].startswith("Traces of the training's style, but no lock-in: it gives 4 of 16")
    assert "60 of 80 answers to other questions" in found["sentence"] and "would bring more" in found["advice"]


def test_no_sign_of_one_voice():
    found = verdicts.style(*parts(opening=0.05))
    assert not found["locked_in"] and found["carried_by"] == [] and found["result"] == "no clear change"
    assert found["sentence"].startswith("No clear lock-in of style") and found["advice"].startswith("Nothing")
    assert "too few for a loss to be seen" in verdicts.style(*parts(base=3))["sentence"]
    formats, openings, _ = parts()
    assert not verdicts.style(formats, openings, None)["locked_in"]
