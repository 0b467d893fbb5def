"""Texts as rows of word weights, to see which are alike: what the looks at variety and at strange rows share."""

import contextlib
import random
from collections.abc import Iterator, Sequence

import numpy
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from ft_core.data.similar import word_set
from ft_core.settings.example import Example

READ = 2_000  # characters of a text that are looked at: what a long one is about shows early
_AMONG = 2_000  # rows that each row is compared with
_AT_ONCE = 1_000
_SEED = 0


def sample(examples: Sequence[Example], most: int) -> list[Example]:
    """At most `most` of the examples by chance, in their order, always the same ones."""
    if len(examples) <= most:
        return list(examples)
    return [examples[place] for place in sorted(random.Random(_SEED).sample(range(len(examples)), most))]


def looked_at(example: Example) -> str:
    """What of an example is compared: its prompt, or, of a text without one, the text that is learnt."""
    return example.prompt_text.strip() or example.answer


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Matrices are computed by one thread meanwhile: beside a training, several would mostly wait for one another."""
    import sklearn.cluster  # noqa: F401 - only the libraries that are loaded already are held to it

    with threadpool_limits(limits=1):
        yield


def word_weights(texts: Sequence[str]) -> tuple[csr_matrix, list[str]]:
    """TF-IDF of the different words of each text, float32 [texts, words] of length 1, and the words. `texts` is not empty."""
    # It takes a second to load, and only those who look at data wait for it.
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(analyzer=_words, dtype=numpy.float32)  # pyright: ignore[reportArgumentType]
    weights = csr_matrix(vectoriser.fit_transform(texts))
    return weights, vectoriser.get_feature_names_out().tolist()


def height(weights: csr_matrix) -> int:
    """How many rows there are."""
    return len(weights.indptr) - 1


def nearest(weights: csr_matrix) -> numpy.ndarray:
    """How alike each row is to the nearest of 2,000 other rows: cosine, float32 [rows], 0 to 1. At least two rows."""
    rows = height(weights)
    among = numpy.sort(numpy.random.default_rng(_SEED).permutation(rows)[:_AMONG])
    others = weights[among].T.tocsr()
    found = numpy.zeros(rows, dtype=numpy.float32)
    for start in range(0, rows, _AT_ONCE):
        places = numpy.arange(start, min(start + _AT_ONCE, rows))
        alike = (weights[places] @ others).toarray()
        alike[places[:, None] == among[None, :]] = 0.0  # no row is its own neighbour
        found[places] = alike.max(axis=1)
    return found.clip(0.0, 1.0)


def _words(text: str) -> frozenset[str]:
    return word_set(text[:READ])
