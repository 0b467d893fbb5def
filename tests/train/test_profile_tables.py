"""The profile as a page that a person reads."""

from ft_core.train.profile_tables import tables

FOUND = {
    "steps": [3, 5], "seconds": 2.0, "tokens": 3127, "seconds_of": {"Matrix products": 1.5, "Optimizer": 0.5},
    "gigabytes_of": {"Frozen weights": 0.25}, "memory_gb": 1.5, "teraflops": 0.033, "matrix_teraflops": 0.132,
}  # fmt: skip


def test_shares_sizes_and_how_much_of_the_machine_was_used():
    said = tables(FOUND)
    assert said.startswith("Steps 3 to 5: 3,127 tokens in 2.00 s; to look on slows them a little.")
    assert "| Matrix products | 1.50 | 75% |" in said and "| Frozen weights | 0.250 |" in said
    assert "keeps for the next | 1.250 |" in said and "| In all | 1.500 |" in said
    assert "33 billion such operations a second" in said and said.endswith("So 25% of what it can do was used.")


def test_of_an_architecture_without_sizes_nothing_is_said_of_the_rate():
    assert "operations" not in tables(FOUND | {"teraflops": None})
