from ft_core.data.clean import boilerplate
from tests.data.made import pairs

NOTICE = "This e-mail is confidential and meant for its addressee alone."
TEAM = "Kind regards from your Acme team"


def test_a_signature_of_several_lines_goes_and_the_text_stays():
    signed = [(f"My parcel {n} has not come.\n\n{TEAM}\n{NOTICE}\n", "delivery") for n in range(6)]
    one = boilerplate.find(pairs(*signed, ("A text of its own.\nWith two lines in it.", "delivery")))
    assert one.places == [0, 1, 2, 3, 4, 5]
    assert one.changed[3].question == "My parcel 3 has not come."
    assert one.samples[0] == (signed[0][0], "My parcel 0 has not come.")
    assert one.detail == "The most frequent of 2 such lines is in 6 texts: " + NOTICE[:59] + "…"


def test_a_common_beginning_goes_in_answers_too():
    rows = [(f"question {n}", f"As a helpful assistant, I say:\nthe answer is {n}") for n in range(5)]
    one = boilerplate.find(pairs(*rows))
    assert [one.changed[n].answer for n in one.places] == [f"the answer is {n}" for n in range(5)]


def test_what_a_mail_program_adds_is_known_by_itself():
    one = boilerplate.find(
        pairs(("Where is it?\n\nSent from my iPhone", "a"), ("It was sent from my shop\non Monday", "a"))
    )
    assert one.places == [0] and one.changed[0].question == "Where is it?" and one.detail == ""


def test_lines_that_say_something_or_are_few_stay():
    few = [(f"question {n} comes\nwith these same words", "a") for n in range(4)]
    copies = [("one text\nwith this very last line", "a")] * 9
    code = [("write code", f"def f{n}():\n    return {n}\n}}") for n in range(9)]
    whole = [("Thank you very much", "b")] * 9
    spaces = [("some words\nand more  \n ", "a")]
    assert boilerplate.find(pairs(*spaces, *few, *copies, *code, *whole)).places == []


def test_a_line_must_end_one_text_in_two_hundred():
    rows = [(f"text {n} here\nand line {n}", "a") for n in range(2000)]
    rows += [(f"signed text {n}\n{TEAM}", "a") for n in range(8)]
    assert boilerplate.find(pairs(*rows)).places == []
