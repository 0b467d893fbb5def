"""Which files of a Hub dataset are which configuration and split: by its README, else by the names of the files.

The rules are those of the Hub's own documentation (huggingface.co/docs/hub/datasets-data-files-configuration).
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from ft_core.data.read.archive_file import is_data

Layout = dict[str, dict[str, list[str]]]  # configuration -> split -> paths of files

ENDINGS = (".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt")
_DEFAULT = "default"
_SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
_NOT_ROWS = {"dataset_infos.json", "dataset_dict.json", "dataset_info.json", "state.json", "config.json"}


def layout(paths: Iterable[str], configs: Any) -> Layout:
    """Configurations and their splits, of the repository's `paths` and of `configs` in its README (None: there are none).

    Files of other kinds, and paths that lead out of the repository, are left out; what has no files is, too.
    """
    files = sorted(path for path in paths if _holds_rows(path))
    declared = {
        str(config.get("config_name", _DEFAULT)): _declared(files, config)
        for config in (configs if isinstance(configs, list) else [])
        if isinstance(config, dict) and (config.get("data_files") or config.get("data_dir"))
    }
    found = declared or {_DEFAULT: _by_name(files)}
    return {name: splits for name, splits in found.items() if splits}


def converted(paths: Iterable[str]) -> Layout:
    """The same for the branch on which the Hub keeps every dataset as Parquet: `configuration/split/0000.parquet`."""
    found: Layout = {}
    for path in sorted(paths):
        parts = PurePosixPath(path).parts
        if len(parts) == 3 and _holds_rows(path):
            found.setdefault(parts[0], {}).setdefault(parts[1].removeprefix("partial-"), []).append(path)
    return found


def ending(path: str) -> str:
    """`.csv.gz` of `data/Train.CSV.gz`; "" for a file of another kind."""
    lowered = path.lower()
    packed = ".gz" if lowered.endswith(".gz") else ""
    return next((kind + packed for kind in ENDINGS if lowered.removesuffix(packed).endswith(kind)), "")


def _holds_rows(path: str) -> bool:
    pure = PurePosixPath(path)
    return (
        ending(path) != ""
        and is_data(path)
        and pure.name not in _NOT_ROWS
        and not pure.is_absolute()
        and ".." not in pure.parts
    )


def _declared(files: list[str], config: dict[str, Any]) -> dict[str, list[str]]:
    """`data_files` is a pattern, a list of them, a dict by split, or a list of {split, path}; `data_dir` is a folder."""
    folder = str(config.get("data_dir") or "").strip("/")
    inside = f"{folder}/" if folder and folder != "." else ""
    given = config.get("data_files")
    if not given:
        return _by_name([path for path in files if path.startswith(inside)])
    if isinstance(given, dict):
        wanted = list(given.items())
    elif isinstance(given, list) and all(isinstance(entry, dict) for entry in given):
        wanted = [(entry.get("split", "train"), entry.get("path")) for entry in given]
    else:
        wanted = [("train", given)]
    found: dict[str, list[str]] = {}
    for split, patterns in wanted:
        for pattern in patterns if isinstance(patterns, list) else [patterns]:
            rule = _rule(inside + str(pattern).removeprefix("./"))
            found.setdefault(str(split), []).extend(path for path in files if rule.fullmatch(path))
    return {split: list(dict.fromkeys(paths)) for split, paths in found.items() if paths}


def _rule(pattern: str) -> re.Pattern[str]:
    """A pattern of the README: `*` within a folder, `**` through folders."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(parts.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern)))


def _by_name(files: list[str]) -> dict[str, list[str]]:
    """By the words for splits in the paths, all as `train` when there are none. Of files of several kinds, those of the most frequent."""
    kinds = Counter(ending(path).removesuffix(".gz") for path in files)
    if not kinds:
        return {}
    kind = kinds.most_common(1)[0][0]
    files = [path for path in files if ending(path).removesuffix(".gz") == kind]
    found = {}
    for split, words in _SPLITS.items():
        rule = re.compile(rf"(?:^|[/._ -])(?:{'|'.join(words)})(?=[/._ \d-]|$)", re.IGNORECASE)
        paths = [path for path in files if rule.search(path)]
        if paths:
            found[split] = paths
    return found or {"train": files}
