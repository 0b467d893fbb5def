"""Off-topic: the answer is nearer to many other questions than to its own. A hint, never a verdict."""

from collections.abc import Callable, Iterator, Sequence

import numpy
from scipy.sparse import csr_matrix, vstack

from ft_core.data.vectors import one_thread
from ft_core.evals.errors.material import Answers, Check, Found, Material

_LETTERS = (3, 5)  # of the pieces of words that are compared
_WORDS = 200  # of a text: what a long one is about shows early
_OTHERS = 200  # rows that each row is compared with
_LEAST = 5  # words of an answer
_ROWS = 20  # below this many, others say nothing
_NEARER = 0.05  # of the others may be nearer
_LIKE = 0.5  # an answer so like the right one is on topic
_SEED = 0
_AT_ONCE = 1_000

Weigh = Callable[[Sequence[str]], csr_matrix]


def _find(material: Material, answers: Answers) -> Found:
    total = len(material.prompts)
    _, sizes = material.vocabulary.of(answers.texts)
    skipped = numpy.isin(numpy.arange(total), [*answers.foreign, *answers.silent]) | (sizes < _LEAST)
    found: Found = {}
    with one_thread():
        weigh, asked, expected = material.once("topics", lambda: _topics(material))
        mine = weigh(answers.texts)
        topics = asked if answers.right else csr_matrix(asked + expected)
        own = numpy.asarray(mine.multiply(topics).sum(axis=1)).ravel()
        right = numpy.asarray(mine.multiply(expected).sum(axis=1)).ravel()
        chosen = numpy.flatnonzero(~skipped if answers.right else ~skipped & (right < _LIKE))
        others = numpy.sort(numpy.random.default_rng(_SEED).permutation(total)[: _OTHERS + 1])
        turned = topics[others].T.tocsr()
        same = [_ids(material.prompts), _ids(material.expected)]
        for start in range(0, len(chosen), _AT_ONCE):
            places = chosen[start : start + _AT_ONCE]
            alike = (mine[places] @ turned).toarray()
            differs = numpy.ones(alike.shape, dtype=bool)
            for ids in same:
                differs &= ids[places][:, None] != ids[others][None, :]
            nearer = ((alike >= own[places][:, None] - 1e-6) & (alike > 0) & differs).sum(1)
            compared = differs.sum(1)
            # An answer that shares nothing with its own question, nor with another, may be about anything.
            off = (nearer > numpy.maximum(1, _NEARER * compared)) | (own[places] <= 0)
            off &= compared >= _ROWS - 1
            for place, near, count in zip(*(each[off].tolist() for each in (places, nearer, compared)), strict=True):
                found[place] = f"{near} of {count} other prompts are nearer to it"
    return found


def _topics(material: Material) -> tuple[Weigh, csr_matrix, csr_matrix]:
    """How texts are weighed, and the weights of prompts and right answers."""
    weigh = weights(material, [*material.prompts, *material.expected])
    return weigh, weigh(material.prompts), weigh(material.expected)


def weights(material: Material, texts: Sequence[str]) -> Weigh:
    """A function texts -> TF-IDF of their words' pieces of 3 to 5 letters, float32 [texts, pieces], rows of length 1; fitted to `texts`.

    The same as scikit-learn's TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)) on the first 200 words of each text. Its pieces
    never cross from one word into another, so they are taken once from each different word.
    """
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    spell = CountVectorizer(analyzer="char_wb", ngram_range=_LETTERS, lowercase=False, dtype=numpy.float32)  # pyright: ignore[reportArgumentType]
    weigh = TfidfTransformer()

    def counted(texts: Sequence[str], learn: bool) -> Iterator[csr_matrix]:
        counts, words = _word_counts(material, texts)
        pieces = csr_matrix(spell.fit_transform(words) if learn else spell.transform(words))
        for at in range(0, len(texts), _AT_ONCE):
            yield csr_matrix(counts[at : at + _AT_ONCE] @ pieces)

    weigh.fit(csr_matrix(vstack(list(counted(texts, learn=True)))))
    return lambda texts: csr_matrix(vstack([weigh.transform(part) for part in counted(texts, learn=False)]))


def _word_counts(material: Material, texts: Sequence[str]) -> tuple[csr_matrix, list[str]]:
    """How often each of the first 200 words is in each text, float32 [texts, words], and the words."""
    numbers, sizes = material.vocabulary.of(texts)
    starts = numpy.repeat(numpy.cumsum(sizes) - sizes, sizes)
    early = numpy.arange(len(numbers)) - starts < _WORDS
    owners = numpy.repeat(numpy.arange(len(sizes)), sizes)[early]
    different, which = numpy.unique(numbers[early], return_inverse=True)
    ones = numpy.ones(len(owners), dtype=numpy.float32)
    counts = csr_matrix((ones, (owners, which)), shape=(len(sizes), len(different)))
    spelt = material.spelt
    return counts, [spelt[number] for number in different.tolist()]


def _ids(texts: Sequence[str]) -> numpy.ndarray:
    """A number for each text, the same for equal ones."""
    numbers: dict[str, int] = {}
    return numpy.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=numpy.int64)


OFF_TOPIC = Check(
    "off_topic",
    "Possibly off-topic",
    f"More than {_NEARER:.0%} of other prompts and their answers are nearer to it than its own, by the pieces of words they share. A hint: right answers in "
    "other words can be among them.",
    _find,
    unable=lambda material: "" if len(material.prompts) >= _ROWS else f"Fewer than {_ROWS} rows to compare with.",
)
