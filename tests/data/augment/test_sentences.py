from ft_core.data.augment.sentences import sentences


def test_sentences_end_at_full_stops_questions_and_lines():
    assert sentences('Hello. Is it "here?" Yes!\nThanks') == ["Hello.", 'Is it "here?"', "Yes!", "Thanks"]


def test_short_forms_and_numbers_end_none():
    assert sentences("Dr. Lind paid 3.50 on Monday, e.g. by card. No refund.") == [
        "Dr. Lind paid 3.50 on Monday, e.g. by card.",
        "No refund.",
    ]
    assert sentences("") == [] and sentences("no end") == ["no end"]
