"""The whole Data tab in a real browser: from a file as it comes out of an old program to a dataset on the Hub."""

import io

import pytest
from pyarrow import parquet

from tests import hub_standin
from tests.data.planted import plant
from tests.ui import clicks
from tests.ui.serving import served_page

pytestmark = pytest.mark.skipif(
    clicks.CHROMIUM is None, reason="There is no Chromium on this machine: install it to run the browser tests."
)
EMAIL = "joerg.mueller@example.org"
LONG = clicks.LONG


def old_export(path) -> str:
    """Semicolons, latin-1, no header; some e-mail addresses, and one row twice with a word more. Returns that word's text."""
    rows = [(row.message, row.label) for row in plant(400).rows if not row.flaw and ";" not in row.message][:150]
    rows = [
        (f"Grüße aus Köln. {text}" if number % 5 == 0 else text, label) for number, (text, label) in enumerate(rows)
    ]
    rows = [
        (f"{text} Write to {EMAIL}" if number % 10 == 3 else text, label) for number, (text, label) in enumerate(rows)
    ]
    text, label = max((row for row in rows if EMAIL not in row[0]), key=lambda row: len(row[0].split()))
    rows.append((f"{text} again", label))
    lines = [f"{number};{text.replace(chr(10), ' ')};{label}" for number, (text, label) in enumerate(rows)]
    path.write_bytes("\r\n".join(lines).encode("latin-1", "ignore"))
    return f"{text} again"


def choose(page, identity: str, option: str) -> None:
    """One option of a dropdown."""
    page.locator(f"{identity} input").click()
    page.locator(identity).get_by_role("option", name=option, exact=True).click()


def looked(page) -> None:
    """Wait until the look beside the page has ended."""
    page.wait_for_timeout(2000)  # a press counts when the look after it has begun
    page.wait_for_function("!document.querySelector('#data-stop-looking')?.offsetParent", timeout=LONG)


@pytest.mark.timeout(1500)
def test_from_an_old_export_to_a_dataset_on_the_hub(tmp_path):
    file, home = tmp_path / "alter Export.csv", tmp_path / "home"
    pair = old_export(file)
    with (
        hub_standin.serve() as hub,
        served_page(home, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="0", HF_HUB_DISABLE_XET="1") as (url, _),
        clicks.chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(LONG)
        page.goto(url)
        page.locator("#data-file input[type=file]").set_input_files(file)

        # Understand and map.
        page.wait_for_selector("#data-preview")
        assert "cp1252" in page.locator("#data-understood").inner_text()
        choose(page, "#data-prompt-column", "column_2")
        choose(page, "#data-answer-column", "column_3")
        page.wait_for_selector("#data-chat .bot")

        # Clean: what is found is treated as chosen, and both rows of the nearly identical pair are kept by hand.
        page.wait_for_selector("#data-problem-near-duplicates")
        looked(page)
        emails = page.locator("#data-problem-private-data")
        assert "e-mail" in emails.inner_text()
        assert emails.get_by_label("Mask", exact=False).is_checked(), "what is done untouched is marked as chosen"
        emails.get_by_text("Leave out").click()
        looked(page)
        assert emails.get_by_label("Leave out", exact=False).is_checked()
        emails.get_by_text("Keep as it is").click()
        emails.get_by_text("Mask").click()  # at once: the last press counts
        looked(page)
        assert emails.get_by_label("Mask", exact=False).is_checked()
        page.get_by_role("button", name="Change rows by hand").click()
        choose(page, "#data-rows-which", "Rows with: Nearly identical rows")
        keep = page.locator("#data-rows-table [data-testid=cell-0-4] input")
        keep.wait_for()
        keep.click()
        page.locator("#data-rows-which input").click()  # offered as soon as the change is part of the draft
        page.locator("#data-rows-which").get_by_role("option", name="Rows changed by hand").wait_for(timeout=LONG)
        page.keyboard.press("Escape")
        looked(page)

        # Split and look at the tokens.
        page.locator("#data-prepare").click()
        page.wait_for_selector("#data-summary .tile", timeout=LONG)
        page.wait_for_selector("#data-tokens")
        assert "learnt end-of-turn token" in page.locator("#data-result").inner_text()

        # Ten generated rows, accepted by keys, and prepared again.
        page.get_by_role("button", name="Make more examples").click()
        page.locator("#data-more-way").get_by_text("typ", exact=False).first.click()
        page.locator("#data-more-make").click()
        page.wait_for_selector("#data-review-accept", timeout=LONG)
        page.locator("#data-review-counter").click()
        for _ in range(3):
            before = page.locator("#data-review-counter").inner_text()
            page.keyboard.press("y")
            page.wait_for_function(
                "text => document.querySelector('#data-review-counter').innerText !== text", arg=before
            )
        page.locator("#data-review-accept-left").click()
        page.wait_for_selector("#data-prepare-again")
        page.locator("#data-prepare-again").click()
        page.wait_for_function("document.querySelector('#data-result').innerText.includes('enerated')", timeout=LONG)

        # Share.
        page.get_by_role("button", name="Versions: choose, compare, download, share").click()
        page.locator("#data-share-repo textarea, #data-share-repo input").first.fill("alice/old-export")
        page.locator("#data-share-token input").fill(hub_standin.OWNER)
        page.locator("#data-share-push").click()
        page.locator("#data-share-link a").wait_for(timeout=LONG)
        page.close()
        files = hub.repos["datasets/alice/old-export"].files
        rows = [
            row
            for name in sorted(files)
            if name.endswith(".parquet")
            for row in parquet.read_table(io.BytesIO(files[name].content)).to_pylist()
        ]
    assert sum(row["generated"] for row in rows) == 10
    assert pair in [row["prompt"] for row in rows] and pair.removesuffix(" again") in [row["prompt"] for row in rows]
    assert not any("@" in row["prompt"] for row in rows) and any("[e-mail]" in row["prompt"] for row in rows)
    assert any("Grüße" in row["prompt"] for row in rows)
    for path in home.rglob("*"):
        assert not path.is_file() or hub_standin.OWNER.encode() not in path.read_bytes(), f"the token is in {path}"
