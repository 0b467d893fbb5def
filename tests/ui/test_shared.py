"""Which run the tabs are about, and whose token is used."""

import json
import urllib.request

import gradio as gr
import huggingface_hub
import pytest

from ft_core.errors import FTError
from ft_core.run import Run
from ft_core.settings import project
from ft_core.ui.shared import LOOKS_A_SECOND, SELDOMEST_SECONDS, Pace, handing_out, looking, own_token, selected_run
from ft_core.workspace import Workspace
from tests.benchmarks.open_pages import Look, timers
from tests.ui.serving import get, served_page


def new_run(workspace: Workspace) -> Run:
    return Run.create(workspace.runs_folder, project.parse({"data": {"source": "x.csv"}}, "p"), {}, {})


def test_the_chosen_run_else_the_newest_else_none(workspace):
    assert selected_run(workspace, "") is None
    runs = sorted((new_run(workspace) for _ in range(3)), key=lambda run: run.id)
    assert selected_run(workspace, "").id == runs[-1].id
    assert selected_run(workspace, runs[0].id).id == runs[0].id


def test_a_run_that_is_gone_is_the_newest_instead(workspace):
    gone, kept = new_run(workspace), new_run(workspace)
    gone.project.unlink()
    assert selected_run(workspace, gone.id).id == kept.id


def test_what_the_browser_sends_is_never_a_path_or_another_persons_run(workspace):
    mine, hers = new_run(workspace), new_run(Workspace(workspace.home, "ada"))
    for sent in (hers.id, f"../../ada/runs/{hers.id}", str(hers.folder), "*", "\x00"):
        assert selected_run(workspace, sent).id == mine.id


def test_a_token_is_the_persons_own(monkeypatch, tmp_path):
    monkeypatch.delenv("SYSTEM", raising=False)
    monkeypatch.setenv("HF_TOKEN", "hf_here")
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    assert (own_token(" hf_typed ", None), own_token(" ", None)) == ("hf_typed", "hf_here")
    monkeypatch.setenv("SYSTEM", "spaces")
    assert own_token("hf_typed", gr.OAuthToken(token="hf_owner", scope="openid", expires_at=0)) == "hf_owner"
    with pytest.raises(FTError) as caught:
        own_token("hf_typed", None)
    assert caught.value.code == "hub.token"


def test_readers_look_at_once_and_a_failing_or_idle_one_is_no_news(workspace):
    def two(_workspace, seen):
        return [f"{seen}+", 1]

    def one(_workspace, seen, run_id):
        return gr.skip() if seen else (run_id,)

    def failing(_workspace, seen):
        raise FTError("x", "what", "why", "fix")

    look = looking(Pace(2), [(two, [0]), (one, [1, 2]), (failing, [3])])
    again, answers, *news = look(workspace, 2, "s", "", "run", "")
    assert answers == [["s+", 1], ("run",), gr.skip()] and news == [news[0], news[0], gr.skip()] and news[0].isdigit()
    assert again == gr.skip(), "as often as before"
    assert look(workspace, 2, "s", "seen", "run", "")[3] == gr.skip()
    assert look(workspace, 2, "s", "", "run", "")[2] > news[0], "each time another"
    idle = looking(Pace(2), [(one, [0, 1]), (failing, [1])])
    assert idle(workspace, 2, "seen", "run") == gr.skip(), "nothing to draw"
    assert idle(workspace, 9, "seen", "run") == [2, [gr.skip()] * 2, gr.skip(), gr.skip()], "but sooner again"
    assert handing_out(1)(workspace, answers) == ["run"]
    assert handing_out(0)(workspace, None) == gr.skip(), "before the first look"
    assert handing_out(2)(workspace, answers) == gr.skip()


def test_every_page_is_handed_the_curves(workspace, example_run):
    """Of a real page: what is drawn once for all of them is whole for the second, too."""
    with served_page(workspace.home) as (url, _):
        config = json.loads(get(f"{url}/config"))
        look = Look(config, timers(config)[1])

        def ask(name: str, dependency: dict) -> list:
            body = {"data": look.values(dependency, 2), "fn_index": dependency["id"], "session_hash": name}
            address = f"{url}/gradio_api/run/{dependency['api_name']}"
            request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.loads(response.read())["data"]

        for page in ("first", "second"):
            _, _, *news = ask(page, look.looks)
            handed = [
                one
                for told, hand_out in zip(news, look.hand_out, strict=True)
                if isinstance(told, str)
                for one in ask(page, hand_out)
            ]
            drawn = [
                one["value"]["data"] for one in handed if "columns" in str(one) and isinstance(one.get("value"), dict)
            ]
            assert len(drawn) >= 4 and all(drawn[:4]), page


def looks(pace: Pace, pages: dict[int, float], until: float, now: float) -> list[float]:
    """When any of the pages looks, from `now` on; each in `pages` with the seconds it waits, which is kept up to date."""
    due = {page: now + page * 0.01 for page in pages}
    times = []
    while due[page := min(due, key=due.__getitem__)] < until:
        times.append(due[page])
        pages[page] = pace.seconds(due[page], pages[page])
        due[page] += pages[page]
    return times


def test_many_pages_look_more_seldom_each_and_a_few_as_often_as_ever():
    pace, pages = Pace(2), dict.fromkeys(range(2), 2.0)
    looks(pace, pages, 60, 0)
    assert set(pages.values()) == {2.0}
    pages = dict.fromkeys(range(12), 2.0)
    looks(pace, pages, 260, 60)
    often = len(looks(pace, pages, 860, 260)) / 600
    assert 0.7 * LOOKS_A_SECOND < often < 1.3 * LOOKS_A_SECOND
    pages = dict.fromkeys(range(100), 2.0)
    looks(pace, pages, 1060, 860)
    assert max(pages.values()) == SELDOMEST_SECONDS and min(pages.values()) > 0.7 * SELDOMEST_SECONDS
    left = {0: pages[0]}
    looks(pace, left, 1120, 1060)
    assert left == {0: 2}, "one that is left alone looks as often as it did"
