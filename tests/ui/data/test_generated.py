import threading

import pytest

from ft_core.data.augment import review
from ft_core.errors import FTError
from ft_core.settings.data import PartSpec
from ft_core.ui import uploads
from ft_core.ui.data import draft, generated
from tests.ui.data.prepared import make, row


@pytest.fixture
def dataset(workspace, tmp_path):
    return make(workspace, tmp_path)


def made(workspace, dataset, *rows):
    with generated.making(workspace, dataset) as path:
        review.save(path, [*review.load(path), *rows])


def statuses(workspace, dataset):
    return [one.status for one in generated.load(workspace, dataset)]


def test_rows_are_added_and_decided_in_their_order(workspace, dataset):
    assert generated.load(workspace, dataset) == []
    before = generated.fingerprint(workspace, dataset)
    one, two, three = row("one"), row("two"), row("three")
    made(workspace, dataset, one, two)
    made(workspace, dataset, two, three)
    assert [found.id for found in generated.load(workspace, dataset)] == [one.id, two.id, three.id]
    assert generated.fingerprint(workspace, dataset) != before
    generated.decide(workspace, dataset, one.id, "rejected")
    generated.decide(workspace, dataset, two.id, "accepted")
    generated.undo(workspace, dataset)
    assert statuses(workspace, dataset) == ["rejected", "pending", "pending"]
    generated.accept_left(workspace, dataset)
    assert statuses(workspace, dataset) == ["rejected", "accepted", "accepted"]
    for _ in range(4):
        generated.undo(workspace, dataset)
    assert statuses(workspace, dataset) == ["pending"] * 3


def test_what_is_decided_while_rows_are_made_stays(workspace, dataset):
    first = row("first")
    made(workspace, dataset, first)
    with generated.making(workspace, dataset) as path:
        generated.decide(workspace, dataset, first.id, "accepted")
        review.save(path, [*review.load(path), row("second")])
    assert statuses(workspace, dataset) == ["accepted", "pending"]


def test_rows_made_before_an_end_are_kept_and_nothing_else_is_left(workspace, dataset):
    with pytest.raises(GeneratorExit), generated.making(workspace, dataset) as path:
        review.save(path, [row("ready")])
        raise GeneratorExit
    assert statuses(workspace, dataset) == ["pending"]
    assert not list(workspace.uploads.rglob("making-*"))


def test_many_decisions_at_once_are_all_kept(workspace, dataset):
    rows = [row(f"text {number}") for number in range(12)]
    made(workspace, dataset, *rows)
    threads = [threading.Thread(target=generated.decide, args=(workspace, dataset, one.id, "accepted")) for one in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses(workspace, dataset) == ["accepted"] * 12


def test_a_row_that_is_not_there_cannot_be_decided(workspace, dataset):
    made(workspace, dataset, row("one"))
    for identity in ("", "0123456789ab", "../x"):
        with pytest.raises(FTError) as caught:
            generated.decide(workspace, dataset, identity, "accepted")
        assert caught.value.code == "generated.row"
    assert statuses(workspace, dataset) == ["pending"]


def test_what_a_version_was_prepared_with_never_changes(workspace, dataset):
    assert generated.keep(workspace, dataset) is None, "nothing is accepted"
    made(workspace, dataset, row("one"), row("two"))
    generated.accept_left(workspace, dataset)
    name = generated.keep(workspace, dataset)
    assert name is not None and uploads.title(name) == "generated.jsonl"
    spec = draft.with_data(uploads.project_of(workspace, dataset), generated=name)
    second = uploads.prepare(workspace, spec)
    generated.undo(workspace, dataset)
    assert [found.status for found in generated.prepared(workspace, second)] == ["accepted"] * 2
    assert statuses(workspace, second) == ["accepted"] * 2, "and the next rows join these"
    assert generated.prepared(workspace, dataset) == []
    uploads.find(workspace, name).unlink()
    assert generated.prepared(workspace, second) == []


def test_only_a_version_that_can_be_made_again_is_a_source(workspace, dataset):
    found, spec = generated.source(workspace, dataset.id)
    assert found.id == dataset.id and spec.data.source.startswith("asked-")
    mix = (PartSpec(name="more", source=spec.data.source),)
    uploads.remember(workspace, dataset.id, spec.model_copy(update={"data": spec.data.model_copy(update={"mix": mix})}))
    with pytest.raises(FTError) as caught:
        generated.source(workspace, dataset.id)
    assert caught.value.code == "augment.mix"
    outside = spec.data.model_copy(update={"source": "/etc/passwd"})
    uploads.remember(workspace, dataset.id, spec.model_copy(update={"data": outside}))
    with pytest.raises(FTError) as caught:
        generated.source(workspace, dataset.id)
    assert caught.value.code == "data.missing"
