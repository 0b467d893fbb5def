import json

import pyarrow
from pyarrow import parquet

from ft_core.data.read.files import read
from tests.data.made import rows


def test_values_lists_and_label_names(tmp_path):
    features = {"label": {"names": ["bad", "good"], "_type": "ClassLabel"}}
    data = pyarrow.table({"text": ["a", None], "label": [1, 0], "messages": [[{"role": "user", "content": "x"}], []]})
    data = data.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(data, tmp_path / "a.parquet")
    table = read(tmp_path / "a.parquet")
    assert rows(table) == [
        {"text": "a", "label": "good", "messages": [{"role": "user", "content": "x"}]},
        {"text": "", "label": "bad", "messages": []},
    ]
    assert table.format == "parquet" and table.encoding is None
