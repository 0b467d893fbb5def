"""What models and datasets have in common on their way to the Hub, with the real client."""

import pytest

from ft_core.errors import FTError
from ft_core.hub.upload import upload
from tests import hub_standin

REPO = "alice/thing"
PLACES = [("model", REPO), ("dataset", f"datasets/{REPO}")]


def quiet(_step: int, _total: int, _message: str) -> None:
    pass


def writes(**files):
    """A stage that writes these texts."""
    return lambda folder: [(folder / f"{name}.md").write_text(text) for name, text in files.items()]


def send(kind, stage, outdated=(), private=True):
    return upload(REPO, kind, stage, "A message", list(outdated), private, hub_standin.OWNER, quiet)


@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_a_second_upload_takes_away_what_is_outdated_and_nothing_else(hub, kind, place):
    send(kind, writes(README="one", old="old", own="own"))
    again = send(kind, writes(README="two"), outdated=["old*"])
    files = hub.repos[place].files
    assert files["README.md"].content == b"two" and "own.md" in files and "old.md" not in files
    assert again == {"url": f"{hub.url}/{place}", "commit": hub.repos[place].head, "repo": REPO, "private": True}


@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_what_cannot_be_gathered_makes_no_repository(hub, kind, place):
    def stage(_folder):
        raise FTError("data.changed", "What.", "Why.", "Fix.")

    with pytest.raises(FTError, match="What"):
        send(kind, stage)
    assert hub.repos == {} and hub.requests == []


@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_a_public_repository_is_not_taken_for_a_private_one(hub, kind, place):
    hub.create(place)
    with pytest.raises(FTError) as caught:
        send(kind, writes(README="one"))
    assert caught.value.code == "hub.public" and len(hub.repos[place].commits) == 1
    assert send(kind, writes(README="one"), private=False)["private"] is False
