from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from ft_core.data.chat_template import ChatTemplate
from ft_core.data.clean import lost_characters
from ft_core.data.tokens import ChatTokenizer, Window
from tests.data.made import pairs

ROWS = [("it costs 5 ☃", "a"), ("plain", "two\nlines"), ("a gone letter: caf\ufffd", "a"), ("Café", "a")]


def word_pieces():
    """A tokenizer of lower-case letters without accents."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789:?"
    vocabulary = ["[UNK]", *letters, *(f"##{letter}" for letter in letters)]
    made = Tokenizer(models.WordPiece({piece: number for number, piece in enumerate(vocabulary)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    return ChatTokenizer(made, ChatTemplate("{{ messages }}", {}), "0" * 12)


def test_what_the_tokenizer_cannot_write_is_named():
    one = lost_characters.step(Window(word_pieces(), 64)).find(pairs(*ROWS))
    assert one.places == [0, 1, 2, 3]
    assert one.samples[:3] == [
        ("it costs 5 ☃", "☃ is lost"),
        ("two\nlines", "line breaks is lost"),
        ("a gone letter: caf\ufffd", "\ufffd is lost"),
    ]
    assert one.detail == "1 row holds \ufffd. 3 rows hold what this base model cannot write: line breaks é ☃."


def test_bytes_lose_nothing_but_what_the_file_has_lost(tokenizer_folder):
    one = lost_characters.step(Window(ChatTokenizer.load(tokenizer_folder), 64)).find(pairs(*ROWS))
    assert one.places == [2] and one.detail == "1 row holds \ufffd."
    assert lost_characters.step(None).find(pairs(*ROWS)).places == [2]
