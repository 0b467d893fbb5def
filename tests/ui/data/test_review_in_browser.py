"""Keys pressed faster than they are answered, in a real browser."""

import pytest

from ft_core.data.augment import review as file
from ft_core.ui.data import generated
from ft_core.workspace import Workspace
from tests.ui import clicks
from tests.ui.data.prepared import make, row
from tests.ui.serving import served_page

pytestmark = pytest.mark.skipif(
    clicks.CHROMIUM is None, reason="There is no Chromium on this machine: install it to run the browser tests."
)
ALL = "4 of 6 decided · 2 accepted · 2 rejected"
PRESS = """keys => {
  document.activeElement?.blur();
  for (const key of keys) document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
}"""


def test_every_press_counts_for_the_row_that_is_shown_then(tmp_path):
    workspace = Workspace(tmp_path / "home")
    dataset = make(workspace, tmp_path)
    with generated.making(workspace, dataset) as path:
        file.save(path, [row(f"Question {number} that nobody has asked", source=number) for number in range(1, 7)])
    with served_page(workspace.home) as (url, _), clicks.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(clicks.LONG)
        page.goto(url)
        page.get_by_role("button", name="Make more examples").click()
        page.wait_for_selector("#data-review-accept")
        page.evaluate(PRESS, list("yynyun"))
        page.wait_for_function(
            f"document.querySelector('#data-review-counter').innerText.includes('{ALL}')", timeout=60_000
        )
        page.close()
    statuses = [one.status for one in generated.load(workspace, dataset)]
    assert statuses == ["accepted", "accepted", "rejected", "rejected", "pending", "pending"]
