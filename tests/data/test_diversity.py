import json
import random

import pytest

from ft_core.data.diversity import LEAST, diversity
from tests.data.made import pairs

THINGS = {
    "delivery": "parcel courier tracking doorstep",
    "billing": "invoice charge payment receipt",
    "account": "login profile",
}


def varied(count):
    """Rows of three topics: own words of the topic among others, of several lengths."""
    chance = random.Random(3)
    rows = []
    for n in range(count):
        topic = sorted(THINGS)[n % 3]
        others = [f"word{chance.randrange(3000)}" for _ in range(chance.randint(2, 20))]
        words = [*chance.choices(THINGS[topic].split(), k=3), *others]
        chance.shuffle(words)
        rows.append((" ".join(words), topic))
    return pairs(*rows)


def patterned(count):
    return pairs(*((f"I want to know the status of my order number {n % 90}", "delivery") for n in range(count)))


def test_varied_rows_are_good_in_every_respect():
    found = diversity(varied(300))
    assert found is not None and found.sampled == 300
    for measure in (found.distinct, found.lengths, found.topics, found.neighbours):
        assert measure.good, measure.sentence
    assert json.loads(json.dumps(found.as_dict())) == found.as_dict()


def test_one_pattern_is_seen_in_every_respect():
    found = diversity(patterned(300))
    assert found is not None
    assert not found.distinct.good and "return again and again" in found.distinct.sentence
    assert not found.lengths.good and "all about as long" in found.lengths.sentence
    assert not found.neighbours.good and "say what another one says" in found.neighbours.sentence


def test_distinct_counts_sequences_of_words_as_in_the_paper():
    found = diversity(pairs(*[("a b a b", "x")] * LEAST))
    assert found is not None
    # 20 times the words a b a b: 2 different of 80, the pairs ab and ba of 60, the triples aba and bab of 40.
    assert found.distinct.figures == {"1": 0.025, "2": 0.033, "3": 0.05, "words": 80}


def test_topics_are_told_by_their_own_words():
    found = diversity(varied(300))
    assert found is not None
    topics = found.topics.figures["topics"]
    assert sum(topic["rows"] for topic in topics) == 300 and len(topics) == 8
    told = {word for topic in topics for word in topic["words"]}
    assert not told & {"the"} and all(len(topic["words"]) <= 6 for topic in topics)


def test_figures_of_lengths():
    found = diversity(pairs(*((" ".join(["w"] * n), "two words") for n in range(1, 101))))
    assert found is not None
    assert found.lengths.figures["prompt"] == {"p5": 6, "median": 50, "p95": 95, "max": 100}
    assert found.lengths.figures["answer"] == {"p5": 2, "median": 2, "p95": 2, "max": 2}


@pytest.mark.parametrize("text", ["", "!!!", "same words", "荷物が届いていません"])
def test_rows_that_are_all_the_same_have_one_topic(text):
    found = diversity(pairs(*[(text, "a")] * 30))
    assert found is not None and [topic["share"] for topic in found.topics.figures["topics"]] == [1.0]
    assert not found.topics.good and not found.neighbours.good


def test_nothing_is_said_of_a_few_rows():
    assert diversity(varied(LEAST - 1)) is None
