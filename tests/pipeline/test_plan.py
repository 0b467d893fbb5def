"""What is told before a training."""

import yaml

from ft_core.pipeline.plan import plan_project
from ft_core.settings import project
from ft_core.workspace import Workspace


def test_a_plan_trains_nothing(prepared, folder, tmp_path):
    found = plan_project(Workspace(tmp_path), folder / "project.yaml")
    assert found["fits"] and found["hours"] > 0 and Workspace(tmp_path).runs() == []
    path = folder / "unknown.yaml"
    other = project.load(folder / "project.yaml").model_dump(mode="json", exclude_unset=True)
    path.write_text(yaml.safe_dump(other | {"model": {"base": "nobody/has-this"}}))
    unknown = plan_project(Workspace(tmp_path), path)
    assert unknown["steps"] == found["steps"] and unknown["memory_gb"] is unknown["fits"] is unknown["hours"] is None
