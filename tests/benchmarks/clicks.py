"""The shipped example, untouched, clicked from Data to a Hub link (a stand-in on loopback), whose files are then loaded with peft.

    python -m tests.benchmarks.clicks [SCREENSHOTS]

Prints how long it took. With a folder it leaves a picture of each stage, wide and narrow, light and dark.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from tests import hub_standin
from tests.ui import clicks
from tests.ui.serving import served_page

LOADS = """
import sys, torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
folder = sys.argv[1]
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(folder + "/base"), folder)
tokenizer = AutoTokenizer.from_pretrained(folder)
messages = [{"role": "user", "content": "My parcel has not arrived."}]
ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
print(tokenizer.decode(model.generate(**ids, max_new_tokens=12, do_sample=False)[0][ids["input_ids"].shape[1]:], skip_special_tokens=True))
"""


def photographer(folder: Path | None):
    """A `look` that leaves pictures in the folder: both themes, both widths."""

    def look(page: Page, name: str) -> None:
        if folder is None:
            return
        for theme in ("light", "dark"):
            page.evaluate(f"document.body.classList.toggle('dark', {str(theme == 'dark').lower()})")
            for width in (1280, 400):
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(400)
                page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
        page.evaluate("document.body.classList.remove('dark')")
        page.set_viewport_size({"width": 1280, "height": 900})

    return look


def main() -> None:
    """Click, push, download, load."""
    pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, hub_standin.serve() as hub:
        environment = {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"}
        with served_page(Path(folder) / "home", **environment) as (url, _), clicks.chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            link = clicks.from_data_to_share(
                page, url, "alice/ticket-triage", hub_standin.OWNER, look=photographer(pictures)
            )
            verdict = page.locator("#evaluation-verdict").text_content()
        seconds = time.perf_counter() - began
        pushed = Path(folder) / "pushed"
        for name, file in hub.repos["alice/ticket-triage"].files.items():
            (pushed / name).parent.mkdir(parents=True, exist_ok=True)
            (pushed / name).write_bytes(file.content)
        answer = subprocess.run([sys.executable, "-c", LOADS, str(pushed)], capture_output=True, text=True, check=True)
    print(f"Clicked from Data to {link.replace(hub.url, 'the Hub: ')} in {seconds:.0f} s.\n{(verdict or '').strip()}")
    print(f"Loaded again with peft; asked about a missing parcel it answers: {answer.stdout.strip()}")


if __name__ == "__main__":
    main()
