"""On a Space: raw requests by anybody, against the page as it is served. Hidden buttons and private names protect nothing; the guard does."""

import base64
import hashlib
import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import itsdangerous
import pytest

from ft_core.ui import uploads
from ft_core.workspace import Workspace
from tests.ui.serving import get, served_page

SECRET = "the-space-s-secret"
SPENDING = [
    "take",
    "take_from_hub",
    "use_example",
    "choose_columns",
    "choose_task",
    "choose_system",
    "show_chat",
    "edit_rows",
    "choose_balance",
    "choose_split",
    "prepare_dataset",
    "show_tokens",
    "make_rows",
    "accept_row",
    "reject_row",
    "undo_row",
    "accept_left",
    "prepare_again",
    "choose_version",
    "compare_versions",
    "push_version",
    "start_training",
    "start_measure",
    "stop_measure",
    "stop_training",
    "pause_training",
    "ask_discard",
    "discard_training",
    "resume_training",
    "suggest_anew",
    "prepare_corrected",
    "select_run",
    "select_row",
    "save_notes",
    "duplicate_run",
    "move_earlier",
    "move_later",
    "move_first",
    "ask_cancel",
    "cancel_waiting",
    "start_sweep",
    "stop_sweep",
    "resume_sweep",
    "use_best",
    "start_size",
    "stop_size",
    "resume_size",
    "start_evaluation",
    "count_rule",
    "next_pair",
    "vote_left",
    "vote_right",
    "vote_tie",
    "vote_both_bad",
    "undo_vote",
    "show_result",
    "export_votes",
    "start_judge",
    "explain",
    "add_correction",
    "keep_corrections",
    "keep_rule",
    "keep_rules",
    "send_corrections",
    "stop_evaluation",
    "filter_answers",
    "start_models",
    "end_models",
    "answer_base",
    "answer_tuned",
    "start_push",
    "collect_everything",
    "choose_run",
]
READING = [
    "suggest",
    "hand_out",
    "watch_job",
    "watch_queue",
    "show_selected",
    "show_value",
    "offer_runs",
    "watch_comparison",
    "show_sweep_form",
    "watch_sweep",
    "show_size_form",
    "watch_size",
    "show_settings",
    "show_dataset",
    "show_source",
    "show_lengths",
    "show_estimate",
    "show_starts",
    "watch_measure",
    "understand",
    "understand_large",
    "look",
    "stopped",
    "show_problems",
    "show_enough",
    "show_split",
    "offer_rows",
    "list_rows",
    "show_more",
    "stopped_again",
    "stopped_judge",
    "show_versions",
    "stopped_push",
]


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    home = tmp_path_factory.mktemp("space")
    owner = Workspace(home, "ada")
    dataset = uploads.prepare(owner, uploads.keep_example(owner))
    environment = {"SYSTEM": "spaces", "SPACE_ID": "ada/studio", "SPACE_AUTHOR_NAME": "ada", "OAUTH_CLIENT_ID": "id", "OAUTH_CLIENT_SECRET": SECRET,
                   "OAUTH_SCOPES": "openid profile", "OPENID_PROVIDER_URL": "http://127.0.0.1:9"}  # fmt: skip
    with served_page(home, **environment) as (url, _):
        url = url.replace("0.0.0.0", "127.0.0.1")
        config = json.loads(get(f"{url}/config"))
        components = {row["id"]: row for row in config["components"]}
        for dependency in config["dependencies"]:
            dependency["data"] = [plausible(components[identity]) for identity in dependency["inputs"]]
        yield url, config["dependencies"], home, dataset


def plausible(component: dict) -> object:
    """What the browser sends for an untouched component, so that the call reaches the handler."""
    value = component["props"].get("value")
    return {"chatbot": [], "checkboxgroup": []}.get(component["type"], value)


def cookie(name: str, secret: str) -> str:
    """A session cookie as Gradio signs it."""
    user = {"sub": "1", "name": name, "preferred_username": name, "profile": "p", "picture": "p"}
    session = {
        "oauth_info": {"access_token": "hf_x", "scope": "openid", "expires_at": time.time() + 999, "userinfo": user}
    }
    signer = itsdangerous.TimestampSigner(hashlib.sha256(f"{secret}-v4".encode()).hexdigest())
    return "session=" + signer.sign(base64.b64encode(json.dumps(session).encode())).decode()


def call(url: str, dependency: dict, extra: dict | None = None, headers: dict | None = None) -> str:
    """Everything the page answers to a raw call of one handler."""
    body = json.dumps(
        {
            "data": dependency["data"],
            "fn_index": dependency["id"],
            "session_hash": "s",
            "event_data": {"index": [0, 0], "value": "", "row_value": ["", ""]},  # as of a press on a table's row
            **(extra or {}),
        }
    ).encode()
    ways = [f"/gradio_api/call/{dependency['api_name']}", f"/gradio_api/run/{dependency['api_name']}"]
    answers = []
    for way in ways:
        request = urllib.request.Request(url + way, body, {"Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = response.read().decode()
        except urllib.error.HTTPError as error:
            answer = error.read().decode()
        answers.append(answer)
        if way.startswith("/gradio_api/call/") and "event_id" in answer:
            event = urllib.request.Request(f"{url}{way}/{json.loads(answer)['event_id']}", headers=headers or {})
            with urllib.request.urlopen(event, timeout=60) as response:
                answers.append(response.read().decode())
    return "\n".join(answers)


def files(home: Path) -> list[str]:
    """Everything in the home but the three files of the supervisor, which the page itself starts when it opens."""
    own = {home / "queue" / name for name in ("supervisor.log", "supervisor.lock", "queue.lock")}
    return sorted(str(path) for path in home.rglob("*") if path not in own)


def named(dependencies: list[dict], name: str) -> list[dict]:
    """The handlers of that name; Gradio numbers those of one name."""
    return [
        row for row in dependencies if row["api_name"] == name or row["api_name"].removeprefix(f"{name}_").isdigit()
    ]


@pytest.mark.parametrize(
    ("extra", "headers", "every"),  # a handler of so many: who signed a call is read in one place for all of them
    [
        ({}, {}, 1),
        (
            {
                "oauth_token": "hf_forged",
                "oauth_profile": {"preferred_username": "ada"},
                "profile": {"preferred_username": "ada"},
            },
            {},
            6,
        ),
        ({}, {"Authorization": "Bearer hf_forged"}, 6),
        ({}, {"Cookie": cookie("ada", "")}, 6),  # signed with the key of apps that have no secret
        ({}, {"Cookie": cookie("mallory", SECRET)}, 1),  # signed in, but somebody else
    ],
    ids=["nobody", "forged body", "forged header", "forged cookie", "another person"],
)
def test_strangers_can_spend_and_read_nothing(space, extra, headers, every):
    url, dependencies, home, dataset = space
    before = files(home)
    for name in SPENDING[::every]:
        found = named(dependencies, name)
        assert found, name
        for dependency in found:
            assert "Only the owner" in call(url, dependency, extra, headers), name
    for name in READING[::every]:
        found = named(dependencies, name)
        assert found, name
        for dependency in found:
            answer = call(url, dependency, extra, headers)
            assert dataset.id not in answer and "tickets" not in answer, name
    assert files(home) == before


def test_the_owner_gets_in(space):
    url, dependencies, _, _ = space
    answer = call(url, named(dependencies, "use_example")[0], headers={"Cookie": cookie("ada", SECRET)})
    assert "tickets-" in answer and "Only the owner" not in answer


def test_every_handler_is_known_to_this_test(space):
    """A new handler belongs into one of the lists above, or into this one of those that only answer from what they are given."""
    _, dependencies, _, _ = space
    harmless = [
        "ask",
        "show_answer",
        "foretell",
        "show_writer",
        "show_judge",
        "visitor",
        "lambda",
        "lambda_",
        "_check_login_status",
        "load",
    ]
    unknown = [
        row["api_name"]
        for row in dependencies
        if row["backend_fn"] and not any(named([row], name) for name in SPENDING + READING + harmless)
    ]
    assert [name for name in unknown if not name.startswith("lambda")] == []
