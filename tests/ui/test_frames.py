"""Tables and charts of a run."""

import numpy

from ft_core.data.lengths import histogram
from ft_core.ui import frames, show


def test_samples_show_the_base_beside_the_newest():
    table = frames.samples([{"step": step, "prompt": "p", "expected": "e", "answer": f"a{step}"} for step in (0, 5, 9)])
    assert table.iloc[0].tolist() == ["p", "e", "a0", "a9"]
    assert table.columns[3] == "Now (step 9)"


def test_before_the_first_evaluation_there_is_no_answer_yet():
    assert frames.samples([{"step": 0, "prompt": "p", "expected": "e", "answer": "a"}]).iloc[0].tolist() == [
        "p",
        "e",
        "a",
        "not yet",
    ]
    assert frames.samples([]).empty


def test_metrics_are_written_with_their_interval_and_the_deciding_one_first():
    metric = {
        "title": "Loss",
        "meaning": "Surprise.",
        "better": "lower",
        "base": 2.0,
        "few_shot": None,
        "tuned": 1.0,
        "difference": -1.0,
        "low": -1.2,
        "high": -0.8,
        "result": "better",
    }
    report = {
        "headline": "accuracy",
        "metrics": {"loss": metric, "accuracy": metric | {"title": "Accuracy", "better": "higher"}},
    }
    table = frames.metrics(report, show.number)
    assert table.iloc[0].tolist()[:6] == ["Accuracy (decides)", "2", "–", "1", "-1", "-1.2 to -0.8"]
    assert table.iloc[1].tolist()[6:] == ["better", "Surprise. Lower is better."]


def test_confusion_has_a_row_and_a_column_per_label():
    table = frames.confusion({"confusion": {"labels": ["a", "b"], "tuned": [[3, 1], [0, 2]]}})
    assert table.values.tolist() == [["a", 3, 1], ["b", 0, 2]]


def test_of_many_labels_the_most_frequent_and_the_rarest_have_a_bar():
    counts = {f"label {number}": 1000 - number for number in range(900)}
    sizes = frames.label_sizes(counts)
    assert len(sizes) == frames.LABELS
    assert sizes.label.iloc[0] == "label 0" and sizes.label.iloc[-1] == "label 899"
    assert sizes.examples.tolist() == sorted(sizes.examples, reverse=True)
    report = {"labels": list(counts), "label_counts": {"train": counts, "validation": {}, "test": {"label 0": 3}}}
    chart = frames.label_counts(report)
    assert len(chart) == 3 * frames.LABELS <= frames.POINTS
    assert chart[(chart.split == "test") & (chart.label == "label 0")].examples.tolist() == [3]


def test_every_example_is_in_one_bar_and_cut_ones_in_a_colour_of_their_own():
    lengths = numpy.array([1, 5, 5, 9, 10, 12, 20])
    chart = frames.lengths(histogram(lengths, 10, 4))
    assert chart.examples.sum() == len(lengths)
    assert chart[chart.part == "cut"].examples.sum() == 2
    assert chart.part.tolist() == ["fits", "cut"] * 4, "a chart knows only the colours of its first values"
    assert [name.strip() for name in dict.fromkeys(chart.tokens)] == ["5", "10", "15", "20"]
    assert list(chart.tokens) == sorted(chart.tokens), "a chart sorts its bars by their text"
    opened = frames.lengths(histogram(lengths * 1000, 10, 4), last_is_open=True).tokens
    assert opened.iloc[-1] == "more" and list(opened) == sorted(opened)


def test_steps_that_found_nothing_are_not_told():
    done = [
        {"title": "HTML", "found": 3, "changed": 3, "removed": 0, "samples": [["<b>a", "a"]]},
        {"title": "Conflicts", "found": 2, "changed": 0, "removed": 0, "samples": [["x", "two labels"]]},
        {"title": "Empty cells", "found": 0, "changed": 0, "removed": 0},
        {"title": "Of an early version", "changed": 0, "removed": 4},
    ]
    assert frames.steps(done).values.tolist() == [
        ["HTML", 3, 3, 0],
        ["Conflicts", 2, 0, 0],
        ["Of an early version", 4, 0, 4],
    ]
    assert frames.step_samples(done).values.tolist() == [["HTML", "<b>a", "a"]], "what was kept did not change"


def test_reasons_and_topics_are_plain_words():
    table = frames.strange([{"row": 7, "text": "t", "answer": "a", "reasons": ["Usually `b`, not `a`.", "Long."]}])
    assert table.values.tolist() == [[7, "t", "a", "Usually b, not a. Long."]]
    assert frames.topics([{"rows": 3, "share": 0.123, "words": ["x", "y"]}]).values.tolist() == [[3, "12%", "x, y"]]
