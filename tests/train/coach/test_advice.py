"""Advice is plain values."""

import json

import pytest

from ft_core.settings.train import TrainSpec
from ft_core.train.coach.coach import advise


def test_advice_can_be_sent_as_json(thrown):
    (first, *_) = advise(thrown)
    sent = json.loads(json.dumps(first.as_dict()))
    assert sent["code"] == "learning_rate_too_high" and sent["severity"] == "problem"
    assert sent["evidence"] == {"chart": "loss", "start": first.evidence.start, "end": first.evidence.end}
    assert set(sent) == {"code", "severity", "title", "what", "why", "fix", "evidence", "changes"}


@pytest.mark.parametrize("state", ["thrown", "crawling", "by_heart", "odd"])
def test_changes_are_valid_settings_and_evidence_lies_within_the_run(state, request):
    curves = request.getfixturevalue(state)
    found = advise(curves)
    assert found
    for advice in found:
        TrainSpec.model_validate(curves.training.model_dump() | advice.changes)
        assert curves.first_step <= advice.evidence.start <= advice.evidence.end <= curves.last_step
        assert advice.fix[0].isupper() and advice.fix.endswith(".")
