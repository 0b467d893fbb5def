import random
import re
import tomllib
from pathlib import Path

import pytest

from ft_core.data.augment import synonyms

TABLE = tomllib.loads(Path(synonyms.__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def varied(text, keep=()):
    return {synonyms.vary(text, random.Random(seed), keep) for seed in range(60)}


def test_phrases_are_exchanged_with_their_capitals():
    assert varied("Hello, I cannot log in.") >= {"Hi, I can't log in.", "Good day, I am unable to sign in."}
    assert "hi, i am not able to sign in." in varied("hello, i cannot log in.")
    assert varied("How do I return the lamp?") >= {
        "Can you tell me how to return the lamp?",
        "What is the best way to return the lamp?",
    }


def test_grammar_is_kept_where_a_phrase_ends_or_is_a_part():
    assert varied("Show me what that is.") == {"Show me what that is."}
    assert varied("The bigger one, unlarge and thanksgiving-like") == {"The bigger one, unlarge and thanksgiving-like"}
    assert not any("if it" in text and text.startswith("Please") for text in varied("Could you say if it fits?"))


def test_words_of_the_answer_stay_and_other_languages_too():
    assert all("large" in text for text in varied("The large box is strange.", keep={"large"}))
    assert varied("Wo ist mein Paket geblieben?") == {"Wo ist mein Paket geblieben?"}


def test_the_table_is_sound():
    phrases = [phrase for group in TABLE["groups"] for phrase in group]
    assert len(phrases) == len(set(phrases)) and all(phrase == " ".join(phrase.lower().split()) for phrase in phrases)
    assert all(len(group) > 1 for group in TABLE["groups"])


@pytest.mark.parametrize("entry", TABLE["questions"], ids=lambda entry: entry["asked"][:20])
def test_each_question_pattern_has_its_one_part(entry):
    assert re.compile(entry["asked"]).groups == 1 and all(r"\1" in text for text in entry["become"])
