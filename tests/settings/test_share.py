"""ShareSpec: whose repository, and who sees it."""

import pytest
from pydantic import ValidationError

from ft_core.settings.share import ShareSpec


def test_nobody_else_sees_it_unless_asked():
    assert ShareSpec().private and ShareSpec().repo is None


@pytest.mark.parametrize("repo", ["ada/triage", "Acme-Inc/model_2.1", "a/b"])
def test_owner_and_name(repo):
    assert ShareSpec(repo=repo).repo == repo


@pytest.mark.parametrize(
    "repo", ["triage", "/triage", "ada/", "ada/x/y", "../x", "ada/.x", "a b/c", "", "a/" + "x" * 95]
)
def test_what_is_no_repository_is_refused(repo):
    with pytest.raises(ValidationError, match="repo"):
        ShareSpec(repo=repo)
