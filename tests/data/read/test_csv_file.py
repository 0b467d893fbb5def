import pytest

from ft_core.data.read.files import read
from ft_core.data.read.refusals import MAX_TEXT
from ft_core.errors import FTError
from tests.data.made import rows


def table(folder, text, name="a.csv"):
    path = folder / name
    path.write_bytes(text.encode())
    return read(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_any_delimiter(tmp_path, delimiter, name):
    wanted = [["text", "label"], ["one, two; three", "x"], ["four | five", "y"], ["six", "z"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in wanted)
    result = table(tmp_path, text, name)
    assert [list(row.values()) for row in rows(result)] == wanted[1:]
    assert result.format == ("tsv" if delimiter == "\t" else "csv")


def test_cells_stay_as_they_are_written(tmp_path):
    result = table(tmp_path, "a,b,c\n007,NA,1.10\nnull, x ,\n")
    assert rows(result) == [{"a": "007", "b": "NA", "c": "1.10"}, {"a": "null", "b": " x ", "c": ""}]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_line_breaks_in_quotes(tmp_path, end):
    result = table(tmp_path, end.join(["a,b", '"one', 'two ""quoted""",1', "three,2", ""]))
    assert rows(result) == [{"a": f'one{end}two "quoted"', "b": "1"}, {"a": "three", "b": "2"}]


def test_rows_of_another_width_are_listed_and_keep_their_numbers(tmp_path):
    result = table(tmp_path, "a,b\n1,2\n3\n4,5,6\n\n7,8\n9,10,\n")
    assert result.numbers == [1, 4, 5]
    assert result.bad_rows == [(2, "1 field instead of 2"), (3, "3 fields instead of 2")]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path):
    result = table(tmp_path, 'text,label\n"fine, here",a\n"never closed,b\nnext,a\n"also, fine",b\nlast,a\n')
    assert [row["text"] for row in rows(result)][0] == "fine, here"
    assert [row["text"] for row in rows(result)] == ["fine, here", "next", "also, fine", "last"]
    assert result.bad_rows == [(2, "1 field instead of 2")]
    assert [row["text"] for row in rows(table(tmp_path, 'text,label\none,a\n"open,b\ntwo,a\n'))] == ["one", "two"]


def test_stray_quotes_in_a_tab_file_do_not_swallow_lines(tmp_path):
    result = table(tmp_path, 'label\ttext\nham\t"hello\nspam\twin now\nham\tbye"\n', "a.tsv")
    assert [row["text"] for row in rows(result)] == ['"hello', "win now", 'bye"']


def test_a_file_without_header_gets_column_names(tmp_path):
    result = table(tmp_path, "ham\thello\nspam\twin\nham\tbye\nspam\tcash\nham\tyes\n", "a.tsv")
    assert result.columns == ["column_1", "column_2"] and not result.header
    assert len(rows(result)) == 5 and rows(result)[0]["column_2"] == "hello"


def test_a_header_word_among_the_values_is_still_a_header(tmp_path):
    result = table(tmp_path, "message,spam\nhello,ham\nwin,spam\ncash,spam\n")
    assert result.columns == ["message", "spam"] and len(rows(result)) == 3


def test_repeated_and_missing_column_names(tmp_path):
    assert table(tmp_path, "a,a,,b\n1,2,3,4\n").columns == ["a", "a_2", "column_3", "b"]


def test_excels_separator_line_and_long_cells(tmp_path):
    result = table(tmp_path, "sep=;\na;b\n" + "x" * 200_000 + ";1\n")
    assert result.columns == ["a", "b"] and len(rows(result)[0]["a"]) == 200_000


def test_lines_whose_quotes_never_close_cost_no_more_than_lines(tmp_path):
    result = table(tmp_path, 'text,label\n"fine, here",a\n' + '"a","\n' * 30_000)
    assert rows(result)[0] == {"text": "fine, here", "label": "a"}
    assert len(result) + len(result.bad_rows) == 30_001


def test_one_line_without_end_and_many_columns(tmp_path):
    with pytest.raises(FTError) as caught:
        table(tmp_path, ",".join(f"c{n}" for n in range(200_000)) + "\n1,2\n")
    assert caught.value.code == "data.too_large" and "200,000" in caught.value.why
    with pytest.raises(FTError) as caught:
        table(tmp_path, "x" * (2 * MAX_TEXT + 1))
    assert caught.value.code == "data.too_large" and "10,000,001 characters" in caught.value.why


def test_more_rows_than_are_read_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ft_core.data.table.MAX_ROWS", 2)
    with pytest.raises(FTError, match="too many rows"):
        table(tmp_path, "a,b\n" * 9)
