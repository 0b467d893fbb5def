"""Clusters of similar mistakes: words that the prompts of wrong answers share and those of right ones lack, joined by where they occur."""

from collections.abc import Sequence
from typing import Any

import numpy
import scipy
from scipy.sparse import csr_matrix

from ft_core.data.vectors import one_thread, word_weights

_FEWEST = 10  # wrong and right answers each, below which nothing can be told
_ROWS = 5  # a word must be in so many prompts, and in three wrong ones
_WRONG = 3
_LEVEL = 0.05  # expected share of words that are there by chance (Benjamini and Hochberg 1995)
_TESTED, _TAKEN = 5_000, 200  # words
_NAMED = 6
_OWN = 0.5  # of the prompts with a word that a cluster is named by must be in it
_APART = 0.7  # mean cosine distance from which two groups of words stay two
_MOST = 12  # clusters


def clusters(prompts: Sequence[str], wrong: Sequence[bool], said: str = "are wrong") -> list[dict[str, Any]]:
    """What the prompts of wrong answers share: [{"words", "rows", "count", "sentence"}], the largest first; often [].

    `said` of wrong answers is what they are called. `rows` are the places (0, 1, ...) of the wrong answers in it, `count` how many.
    A word says something when wrong answers are more frequent among the prompts with it than chance allows: the hypergeometric
    (one-sided Fisher) test, with a false discovery rate of 5 % over all words tested. Words that occur in the same wrong prompts are
    one cluster (scikit-learn's AgglomerativeClustering, cosine); a prompt with half of its words is in it.
    """
    bad = numpy.asarray(wrong, dtype=bool)
    if min(bad.sum(), (~bad).sum()) < _FEWEST:
        return []
    with one_thread():
        weights, words = word_weights([prompt or " " for prompt in prompts])
        telling = _telling(weights, bad)
        if not len(telling):
            return []
        own = csr_matrix(weights[:, telling])
        groups = _joined(own[bad])
    found = []
    has = csr_matrix(own > 0)
    for group in range(int(groups.max()) + 1):
        inside = numpy.flatnonzero(groups == group)
        # A prompt belongs to it when it has half of the words: one alone, such as "the", may be in all clusters.
        held = 2 * numpy.asarray(has[:, inside].sum(axis=1)).ravel() >= len(inside)
        within = numpy.asarray(has[held][:, inside].sum(axis=0)).ravel()
        own_share = within / numpy.asarray(has[:, inside].sum(axis=0)).ravel()
        order = [index for index in numpy.lexsort((-within, -own_share.round(1))) if own_share[index] >= _OWN]
        if order and (held & bad).sum() >= _WRONG:
            found.append(_told([words[telling[inside[index]]] for index in order[:_NAMED]], held, bad, said))
    return sorted(found, key=lambda cluster: -cluster["count"])[:_MOST]


def _telling(weights: csr_matrix, bad: numpy.ndarray) -> numpy.ndarray:
    """The columns of words that are over-represented in the prompts of wrong answers, surest first: int64 [at most 200]."""
    has = csr_matrix(weights > 0)
    everywhere = numpy.asarray(has.sum(axis=0)).ravel().astype(numpy.int64)
    among = numpy.asarray(has[bad].sum(axis=0)).ravel().astype(numpy.int64)
    tested = numpy.flatnonzero((everywhere >= _ROWS) & (everywhere < len(bad)))
    tested = tested[numpy.argsort(-everywhere[tested], kind="stable")[:_TESTED]]
    if not len(tested):
        return tested
    chance = scipy.stats.hypergeom.sf(among[tested] - 1, len(bad), everywhere[tested], int(bad.sum()))
    adjusted = scipy.stats.false_discovery_control(chance)
    chosen = (adjusted <= _LEVEL) & (among[tested] >= _WRONG)
    return tested[chosen][numpy.argsort(adjusted[chosen], kind="stable")[:_TAKEN]]


def _joined(own: csr_matrix) -> numpy.ndarray:
    """The group of each word, int [words], by the wrong prompts (rows of `own`) that it is in."""
    from sklearn.cluster import AgglomerativeClustering

    profiles = own.T.toarray()
    if len(profiles) == 1:
        return numpy.zeros(1, dtype=int)
    joining = AgglomerativeClustering(
        n_clusters=None,  # pyright: ignore[reportArgumentType]
        metric="cosine",
        linkage="average",
        distance_threshold=_APART,
    )
    return joining.fit_predict(profiles)


def _told(words: list[str], held: numpy.ndarray, bad: numpy.ndarray, said: str) -> dict[str, Any]:
    places = numpy.flatnonzero(held & bad).tolist()
    inside, others = int(held.sum()), int((~held).sum())
    listed = ", ".join(f"“{word}”" for word in words)
    rest = f"{int((bad & ~held).sum())} of the {others:,} others" if others else "no others"
    sentence = f"Prompts with words such as {listed}: {len(places):,} of {inside:,} answers {said}, against {rest}."
    return {"words": words, "rows": places, "count": len(places), "sentence": sentence}
