"""Diversity: do the examples differ in words, length and topic, or is one pattern repeated? A model learns what varies.

All measures are taken on a sample of at most 3,000 rows, so that they cost the same for a large file and can be compared with another's.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy
from scipy.sparse import csr_matrix

from ft_core.data.vectors import READ, height, looked_at, nearest, sample, word_weights
from ft_core.data.vocabulary import normalise
from ft_core.settings.example import Example

LEAST = 20  # rows below which variety cannot be told
_SAMPLE = 3_000
_WORDS = 20_000  # of running text in which distinct word sequences are counted: their share falls with the length of the text
_TOPICS = 8
_TOPIC_WORDS = 6
_PER_TOPIC = 10  # rows a topic needs on average
_DIMENSIONS = 30
_COMMON = 0.1  # words in more rows than this say little about the topic, in any language
_ALIKE = 0.9
# Where the lines are drawn. Measured on public data of 1,000 and more rows (CLINC150, GSM8K, Alpaca, SMS spam, Schema-Guided Dialogue):
# distinct-2 of 20,000 words is 0.30 to 0.73, and the usual nearest neighbour is 0.24 to 0.48 alike. A handful of patterns that were
# filled in is far beyond either.
_DISTINCT = 0.2
_LENGTHS = 2.0  # the 95th percentile over the 5th
_LARGEST_TOPIC = 0.5
_NEAREST = 0.8
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True)
class Measure:
    """One look at variety: its figures, what they mean, and whether that is good."""

    figures: dict[str, Any]
    good: bool
    sentence: str


@dataclass(frozen=True)
class Diversity:
    """How varied the prompts of `sampled` rows are.

    `distinct`: shares of distinct words, pairs and triples. `lengths`: words of prompts and answers. `topics`: groups of alike prompts with
    the words that tell them apart. `neighbours`: how alike each prompt is to its nearest other.
    """

    sampled: int
    distinct: Measure
    lengths: Measure
    topics: Measure
    neighbours: Measure

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self)


def diversity(examples: Sequence[Example]) -> Diversity | None:
    """Four looks at the variety of the examples; None for fewer than 20, of which nothing can be told."""
    if len(examples) < LEAST:
        return None
    chosen = sample(examples, _SAMPLE)
    texts = [looked_at(example) for example in chosen]
    weights, words = word_weights(texts)
    return Diversity(
        len(chosen), _distinct(texts), _lengths(chosen, texts), _topics(weights, words), _neighbours(nearest(weights))
    )


def _distinct(texts: Sequence[str]) -> Measure:
    """Distinct-n: different sequences of n words over all of them (Li et al. 2016, "A Diversity-Promoting Objective Function", arXiv:1510.03055)."""
    seen: list[set[tuple[str, ...]]] = [set(), set(), set()]
    totals = [0, 0, 0]
    for text in texts:
        words = _TOKEN.findall(normalise(text[:READ]))
        for index in range(3):
            grams = list(zip(*(words[start:] for start in range(index + 1)), strict=False))
            seen[index].update(grams)
            totals[index] += len(grams)
        if totals[0] >= _WORDS:
            break
    shares = [round(len(grams) / total, 3) if total else 0.0 for grams, total in zip(seen, totals, strict=True)]
    good = shares[1] >= _DISTINCT
    means = "the wording varies" if good else "a few phrases return again and again. Add rows in other words"
    sentence = f"Of {totals[1]:,} pairs of words that follow one another, {shares[1]:.0%} are different: {means}."
    return Measure({"1": shares[0], "2": shares[1], "3": shares[2], "words": totals[0]}, good, sentence)


def _lengths(examples: Sequence[Example], texts: Sequence[str]) -> Measure:
    prompts = _spread([len(text.split()) for text in texts])
    answers = _spread([len(example.answer.split()) for example in examples])
    good = prompts["p95"] >= _LENGTHS * max(1, prompts["p5"])
    means = (
        "short and long ones are there"
        if good
        else "they are all about as long, and the model may do worse on shorter or longer ones. Add such rows if they occur in use"
    )
    sentence = f"Nine in ten prompts have {prompts['p5']:,} to {prompts['p95']:,} words, half of them at most {prompts['median']:,}: {means}."
    return Measure({"prompt": prompts, "answer": answers}, good, sentence)


def _spread(lengths: Sequence[int]) -> dict[str, int]:
    p5, median, p95 = numpy.percentile(lengths, [5, 50, 95]).round().astype(int).tolist()
    return {"p5": p5, "median": median, "p95": p95, "max": max(lengths)}


def _topics(weights: csr_matrix, words: Sequence[str]) -> Measure:
    """Groups by k-means in the space of latent semantic analysis (Deerwester et al. 1990), as scikit-learn's guide clusters texts."""
    rows = height(weights)
    groups = _groups(weights, max(2, min(_TOPICS, rows // _PER_TOPIC)))
    frequency = numpy.diff(weights.tocsc().indptr)
    telling = numpy.where(frequency <= max(2, _COMMON * rows), 1.0, 0.0)
    usual = numpy.asarray(weights.mean(axis=0)).ravel()
    found = []
    for group, size in Counter(groups.tolist()).most_common():
        own = (numpy.asarray(weights[groups == group].mean(axis=0)).ravel() - usual) * telling
        top = [words[index] for index in numpy.argsort(-own, kind="stable")[:_TOPIC_WORDS] if own[index] > 0]
        found.append({"rows": size, "share": round(size / rows, 3), "words": top})
    largest = found[0]["share"]
    good = len(found) > 2 and largest <= _LARGEST_TOPIC
    means = "the topics are spread" if good else "much is about one thing. Add rows about the others"
    sentence = f"Sorted into {len(found)} groups of alike prompts, the largest holds {largest:.0%}: {means}."
    return Measure({"topics": found}, good, sentence)


def _groups(weights: csr_matrix, wanted: int) -> numpy.ndarray:
    """The group of each row, int [rows]; fewer than `wanted` where there are fewer different rows."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    width = len(numpy.unique(weights.indices))
    dimensions = min(_DIMENSIONS, height(weights) - 1, width - 1)
    if dimensions < 2:
        return numpy.zeros(height(weights), dtype=int)
    with numpy.errstate(
        invalid="ignore", divide="ignore"
    ):  # the share of variance that is told is 0 / 0 where all rows are the same
        places = numpy.asarray(normalize(TruncatedSVD(dimensions, n_iter=3, random_state=0).fit_transform(weights)))
    different = len(numpy.unique(places.round(4), axis=0))
    groups = MiniBatchKMeans(
        min(wanted, different),
        random_state=0,
        n_init=1,  # pyright: ignore[reportArgumentType]
        batch_size=1024,
    )
    return groups.fit_predict(places)


def _neighbours(alike: numpy.ndarray) -> Measure:
    median = float(numpy.median(alike))
    near = float((alike >= _ALIKE).mean())
    good = median < _NEAREST
    means = (
        "each adds something of its own"
        if good
        else "most rows say what another one says already, and the rows count for less than their number. Add other cases instead of more of these"
    )
    sentence = f"Half of the prompts are at least {math.floor(median * 100)} % like their nearest other: {means}."
    return Measure({"median": round(median, 3), "share_alike": round(near, 3)}, good, sentence)
