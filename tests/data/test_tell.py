from ft_core.data.look import look
from ft_core.data.table import table_of
from ft_core.data.tell import silent
from ft_core.settings.data import DataSpec


def test_every_stage_of_a_look_is_told_in_its_order():
    said: list[str] = []
    table = table_of(
        [(1, {"text": "a text", "label": "yes"}), (2, {"text": "more", "label": "no"})], [], "csv", "utf-8"
    )
    look(table, DataSpec(source="x.csv"), "classification", tell=said.append)
    assert said[:3] == ["making examples of the rows", "cleaning: Broken characters", "cleaning: HTML"]
    silent("anything")
