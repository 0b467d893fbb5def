import pytest

from ft_core.data.identity import identity_of, require_tokenizer, source_sha256
from ft_core.data.tokens import ChatTokenizer, Window
from ft_core.errors import FTError
from ft_core.settings.data import CleanSpec, DataSpec

SPEC = DataSpec(source="a.csv")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,label\na,b\n")
    return path


def test_content_decides_and_names_do_not(tmp_path, file):
    twin = tmp_path / "another.csv"
    twin.write_bytes(file.read_bytes())
    assert source_sha256([file]) == source_sha256([twin]) != source_sha256([file, twin])
    assert source_sha256([file]) != source_sha256([file.rename(tmp_path / "a.tsv")]), "it would be read in another way"


def test_every_setting_but_a_place_makes_another_version(file):
    known = identity_of("0", SPEC, None, None, [], None)
    moved = SPEC.model_copy(
        update={"source": "b.csv", "revision": "main", "generated": "g.jsonl", "benchmarks": ("q",)}
    )
    assert identity_of("0", moved, None, None, [], None) == known
    others = [
        identity_of("1", SPEC, None, None, [], None),
        identity_of("0", SPEC, "chat", None, [], None),
        identity_of("0", SPEC.model_copy(update={"system": "Sort."}), None, None, [], None),
        identity_of("0", SPEC, None, None, [file], None),
        identity_of("0", SPEC, None, None, [], []),
    ]
    assert len({known, *others}) == 6


def test_the_base_model_counts_only_where_rows_are_left_out_by_its_tokens(tokenizer_folder):
    window = Window(ChatTokenizer.load(tokenizer_folder), 512)
    assert identity_of("0", SPEC, None, window, [], None) == identity_of("0", SPEC, None, None, [], None)
    spec = DataSpec(source="a.csv", clean=CleanSpec(too_long="drop"))
    assert len({identity_of("0", spec, None, Window(window.tokenizer, size), [], None) for size in (256, 512)}) == 2
    require_tokenizer(spec, window)
    with pytest.raises(FTError, match="Too long"):
        require_tokenizer(spec, None)
