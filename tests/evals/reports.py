"""A report by hand, for what reads reports."""

EVIL = "<script>alert(1)</script> | *bold* [link](http://x)"


def report(**changes) -> dict:
    """A small report of a classification, with texts that would be markup."""
    metric = {
        "title": "Accuracy",
        "meaning": "Share right.",
        "better": "higher",
        "base": 0.2,
        "few_shot": None,
        "tuned": 0.9,
    }
    metric |= {"difference": 0.7, "low": 0.6, "high": 0.8, "result": "better"}
    contestant = {"title": "t", "cut_off": 1, "words": 2.0, "tokens_per_second": 1234.4, "latency": 0.0123}
    one = {"precision": 0.5, "recall": 0.25, "f1": 0.333}
    return {
        "n": 60,
        "metrics": {"accuracy": metric, "loss": metric | {"title": "Loss", "better": "lower"}},
        "headline": "accuracy",
        "verdict": {"sentence": EVIL, "test": "exact McNemar test", "p_value": 0.0001, "gained": 1200, "lost": 3}
        | {"result": "better", "detectable": 0.1, "detectable_unit": "share"},
        "contestants": {"base": contestant, "tuned": contestant | {"words": None, "tokens_per_second": None, "latency": None}},
        "decoding": "greedy",
        "seed": 42,
        "per_label": {EVIL: {"support": 7, "base": one, "tuned": one}},
        "confusion": {"labels": [EVIL], "base": [[7]], "tuned": [[7]]},
        "notes": ["A note."],
    } | changes  # fmt: skip
