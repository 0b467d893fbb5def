from ft_core.data.clean.step import MAX_SAMPLES, Found


def test_only_the_first_samples_are_kept_and_long_ones_are_cut():
    found = Found()
    for number in range(MAX_SAMPLES + 3):
        found.sample(f"{number}" + "x" * 400, "short")
    assert len(found.samples) == MAX_SAMPLES
    assert found.samples[0] == ("0" + "x" * 298 + "…", "short")
