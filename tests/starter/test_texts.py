"""The texts the starter model reads: whole, split the same way each time, and without the examples of this project."""

import csv
import lzma
from pathlib import Path

import pytest

from ft_core.errors import FTError
from ft_core.starter import texts
from tests.starter.made import write_text

TICKETS = Path(__file__).parents[2] / "examples" / "ticket_triage" / "tickets.csv"
STORY = "\n\n".join(
    f"Story {number} tells of a fox that walked to the lake and sang {number} songs." for number in range(900)
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two listed texts: a story, and conversations that are repeated three times."""
    talk = "\n\n".join(f"hello number {number}\ngood day to you" for number in range(400))
    listed = (write_text(tmp_path, "story.txt.xz", STORY), write_text(tmp_path, "talk.txt.xz", talk, "turns", 3))
    monkeypatch.setattr(texts, "TEXTS", listed)
    return tmp_path


def test_the_real_list_names_licence_and_source_of_each():
    assert len({text.name for text in texts.TEXTS}) == len(texts.TEXTS)
    for text in texts.TEXTS:
        assert text.licence and text.source and len(text.sha256) == 64 and text.repeat >= 1
        assert text.form in ("prose", "turns", "roles")


def test_a_missing_text_is_named(folder):
    (folder / "story.txt.xz").unlink()
    with pytest.raises(FTError, match=r"story\.txt\.xz is missing") as caught:
        texts.split(folder)
    assert caught.value.code == "starter.text" and "--texts" in caught.value.fix


def test_another_text_is_refused(folder):
    (folder / "story.txt.xz").write_bytes(lzma.compress(b"another"))
    with pytest.raises(FTError, match="not the one") as caught:
        texts.split(folder)
    assert caught.value.code == "starter.text"


def test_no_word_of_prose_is_lost_and_a_document_fits_the_context():
    found = list(texts.documents(STORY, "prose"))
    assert len(found) > 5 and all(document.endswith(texts.END) for document in found)
    assert "\n\n".join(document.removesuffix(texts.END) for document in found) == STORY
    assert all(len(document) < 1.1 * texts.PROSE_CHARACTERS for document in found)


def test_lines_become_turns_of_two_who_take_turns():
    raw = "how are you\nfine, thanks\nGood.\n\na monologue\n\n  Hi  \n\nhi\nhello\n"
    found = [
        document.replace(f"<|system|>{texts.MESSY_SYSTEM}<|end|>", "") for document in texts.documents(raw, "turns")
    ]
    assert found == [
        "<|user|>How are you<|end|><|assistant|>Fine, thanks<|end|><|user|>Good.<|end|>",
        "<|user|>Hi<|end|><|assistant|>Hello<|end|>",
    ]


def test_named_roles_stay_who_they_are():
    (document,) = texts.documents("assistant: What can I get: tea?\nuser: Coffee: black.\nno role here", "roles")
    document = document.replace(f"<|system|>{texts.ORDER_SYSTEM}<|end|>", "")
    assert document == "<|assistant|>What can I get: tea?<|end|><|user|>Coffee: black.<|end|>"


def test_about_half_of_the_conversations_have_a_system_prompt():
    raw = "\n\n".join(f"hello {number}\ngood day" for number in range(400))
    found = list(texts.documents(raw, "turns"))
    assert 150 < sum(document.startswith("<|system|>") for document in found) < 250
    assert found == list(texts.documents(raw, "turns"))


def test_held_out_documents_are_never_trained_on_and_never_repeated(folder):
    training, held = texts.split(folder)
    assert held and not set(training) & set(held)
    assert len(held) == len(set(held))
    assert all(texts.held_out(document) for document in held)
    talked = [document for document in training if "<|user|>" in document]
    told = [document for document in training if "<|user|>" not in document]
    assert len(talked) == 3 * len(set(talked)) and len(told) == len(set(told))
    assert texts.split(folder) == (training, held)


def test_one_document_in_a_hundred_is_held_out():
    assert 70 < sum(texts.held_out(f"document {number}") for number in range(10_000)) < 130


def test_an_example_message_in_the_training_texts_is_caught():
    message = "My parcel came with a broken lid and nobody answers me"
    documents = ["Once upon a time. " + message.upper().replace(" ", "  ") + "! The end.", "Nothing here."]
    assert texts.borrowed(documents, [message, "Where is the other one that I wanted to have"]) == [message]


def test_eight_words_in_a_row_are_borrowed_and_seven_are_not():
    message = "one two three four five six seven eight nine"
    assert texts.borrowed(["x two three four five six seven eight nine y"], [message]) == [message]
    assert texts.borrowed(["x two three four five six seven eight y nine"], [message]) == []


def test_a_short_message_counts_when_it_stands_there_whole_and_a_very_short_one_never():
    assert texts.borrowed(["so where is my red hat now"], ["Where is my red hat?"]) == ["Where is my red hat?"]
    assert texts.borrowed(["so where is my red scarf"], ["Where is my red hat?"]) == []
    assert texts.borrowed(["thank you very"], ["Thank you very"]) == []


def test_a_shipped_example_in_a_text_stops_the_making():
    texts.check_examples(["A fox walked to the lake and sang of the moon and the stars."])
    with open(TICKETS, newline="", encoding="utf-8") as file:
        message = max((row["message"] for row in csv.DictReader(file)), key=len)
    with pytest.raises(FTError) as caught:
        texts.check_examples(["Nothing.", f"And then he said: {message.lower()}"])
    assert caught.value.code == "starter.examples"
