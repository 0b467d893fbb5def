import pytest

from ft_core.data.read.hub_layout import converted, ending, layout


def test_files_are_told_apart_by_the_words_in_their_names():
    paths = [
        "README.md",
        "data/train-00000-of-00002.parquet",
        "data/train-00001-of-00002.parquet",
        "data/dev.parquet",
        "x.py",
    ]
    assert layout(paths, None) == {
        "default": {
            "train": ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"],
            "validation": ["data/dev.parquet"],
        }
    }
    assert layout(["tickets.csv", "dataset_infos.json", "trained.csv"], None) == {
        "default": {"train": ["tickets.csv", "trained.csv"]}
    }
    assert layout(["a.csv", "b.csv", "train.json"], None) == {"default": {"train": ["a.csv", "b.csv"]}}
    assert layout(["picture.png"], None) == {}


@pytest.mark.parametrize(
    ("data_files", "splits"),
    [
        ("*.csv", {"train": ["a.csv", "b.csv"]}),
        (["a.csv", "./b.csv"], {"train": ["a.csv", "b.csv"]}),
        ({"train": "a.csv", "test": ["old/*.csv"]}, {"train": ["a.csv"], "test": ["old/c.csv"]}),
        ([{"split": "train", "path": "**/*.csv"}], {"train": ["a.csv", "b.csv", "old/c.csv"]}),
        ([{"split": "dev", "path": ["a.csv", "a.csv"]}, {"split": "none", "path": "x*"}], {"dev": ["a.csv"]}),
    ],
)
def test_what_the_readme_says(data_files, splits):
    paths = ["a.csv", "b.csv", "old/c.csv"]
    assert layout(paths, [{"config_name": "one", "data_files": data_files}]) == {"one": splits}


def test_several_configurations_and_folders():
    paths = ["en/train.jsonl", "en/test.jsonl", "de/x.jsonl"]
    configs = [
        {"config_name": "en", "data_dir": "en"},
        {"config_name": "de", "data_dir": "de", "data_files": "*.jsonl"},
    ]
    assert layout(paths, configs) == {
        "en": {"train": ["en/train.jsonl"], "test": ["en/test.jsonl"]},
        "de": {"train": ["de/x.jsonl"]},
    }
    assert layout(paths, "nonsense")["default"]["train"] == ["en/train.jsonl"]


def test_paths_that_lead_out_are_left_out():
    assert layout(["../../x.csv", "/etc/x.csv", "ok.csv"], None) == {"default": {"train": ["ok.csv"]}}


def test_the_branch_of_parquet():
    paths = ["default/train/0000.parquet", "default/partial-test/0000.parquet", ".gitattributes", "x.parquet"]
    assert converted(paths) == {
        "default": {"test": ["default/partial-test/0000.parquet"], "train": ["default/train/0000.parquet"]}
    }


@pytest.mark.parametrize(
    ("path", "wanted"), [("a/Train.CSV.gz", ".csv.gz"), ("a.parquet", ".parquet"), ("a.zip", ""), ("a.gz", "")]
)
def test_endings(path, wanted):
    assert ending(path) == wanted
