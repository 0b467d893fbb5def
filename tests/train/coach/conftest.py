"""A base model, data and a healthy training, shared by all rules."""

from pathlib import Path

import pytest

from ft_core.data.store import Dataset
from ft_core.run import Run
from ft_core.train.coach.curves import Curves, read
from tests.helpers import toy_rows
from tests.train.coach.made import dataset, random_labels, sharp_base, trained


@pytest.fixture(scope="session")
def base(tmp_path_factory) -> Path:
    return sharp_base(tmp_path_factory.mktemp("coach-base"))


@pytest.fixture(scope="session")
def clean(tmp_path_factory) -> Dataset:
    """Every message tells its label."""
    return dataset(tmp_path_factory.mktemp("coach-clean"), toy_rows(180))


@pytest.fixture(scope="session")
def healthy_run(tmp_path_factory, base) -> Run:
    """Most labels can be learnt, some are noise: the loss falls and settles above zero."""
    folder = tmp_path_factory.mktemp("coach-healthy")
    return trained(folder, base, dataset(folder, random_labels(420, share=0.3)))


@pytest.fixture(scope="session")
def healthy(healthy_run) -> Curves:
    return read(healthy_run)


@pytest.fixture(scope="session")
def thrown(tmp_path_factory, base, clean) -> Curves:
    """A training whose rate is 40 times too high."""
    return read(trained(tmp_path_factory.mktemp("coach-thrown"), base, clean, learning_rate=0.08))


@pytest.fixture(scope="session")
def crawling(tmp_path_factory, base, clean) -> Curves:
    """A training whose rate is 20 times too low."""
    return read(trained(tmp_path_factory.mktemp("coach-crawling"), base, clean, learning_rate=1e-4))


@pytest.fixture(scope="session")
def by_heart(tmp_path_factory, base) -> Curves:
    """Labels by chance: what is learnt of them holds for the training examples only."""
    folder = tmp_path_factory.mktemp("coach-by-heart")
    return read(trained(folder, base, dataset(folder, random_labels(150)), epochs=10, learning_rate=5e-3))


@pytest.fixture(scope="session")
def odd(tmp_path_factory, base) -> Curves:
    """Four of the messages have a garbled answer."""
    folder = tmp_path_factory.mktemp("coach-odd")
    rows = [
        (message, "xq# 7zj@@ kw!" if place % 60 == 7 else label) for place, (message, label) in enumerate(toy_rows(240))
    ]
    return read(trained(folder, base, dataset(folder, rows), learning_rate=2e-3))


@pytest.fixture(scope="session")
def alone(tmp_path_factory, base) -> Curves:
    """A few labels by chance, again and again, and nothing kept aside."""
    folder = tmp_path_factory.mktemp("coach-alone")
    data = dataset(folder, random_labels(40), validation=0)
    return read(trained(folder, base, data, epochs=20, learning_rate=5e-3, evaluations=2))
