import json
import shutil

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from ft_core.data.chat_template import ChatTemplate
from ft_core.data.lengths import summary
from ft_core.data.tokens import ChatTokenizer, Window, view
from ft_core.errors import FTError
from ft_core.settings.example import Example, Message

TALK = (
    Message(role="system", content="Be kind."),
    Message(role="user", content="hello  thére 🎉 <|nothing|>\n12"),
    Message(role="assistant", content=" how — 🎉 are\n"),
    Message(role="user", content="and you?"),
    Message(role="assistant", content="fine"),
)
CHATML = (
    "{% for m in messages %}{{ '<|user|>' + m.role + '\n' + m.content + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|user|>assistant\n' }}{% endif %}"
)


def with_template(folder, tmp_path, template, in_config=False):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "chat_template.jinja").unlink()
    if in_config:
        config = json.loads((copy / "tokenizer_config.json").read_text())
        (copy / "tokenizer_config.json").write_text(json.dumps(config | {"chat_template": template}))
    else:
        (copy / "chat_template.jinja").write_text(template)
    return copy


def test_ids_and_mask_are_those_of_transformers(tokenizer_folder):
    from transformers import PreTrainedTokenizerFast

    theirs = PreTrainedTokenizerFast.from_pretrained(tokenizer_folder)
    ours = ChatTokenizer.load(tokenizer_folder)
    for messages in (TALK, TALK[:3], TALK[1:3]):
        plain = [message.as_dict() for message in messages]
        expected = theirs.apply_chat_template(plain, return_assistant_tokens_mask=True, return_dict=True)
        encoded = ours.encode(messages)
        assert encoded.ids == expected["input_ids"]
        assert encoded.learnt == [bool(flag) for flag in expected["assistant_masks"]]
        assert any(encoded.learnt) and not all(encoded.learnt)
        assert (
            ours.prompt_ids(messages[:-1])
            == theirs.apply_chat_template(plain[:-1], add_generation_prompt=True, return_dict=True)["input_ids"]
        )


def test_pieces_show_the_text_and_odd_bytes(tokenizer_folder):
    encoded = ChatTokenizer.load(tokenizer_folder).encode(TALK[:3])
    assert len(encoded.ids) == len(encoded.pieces) == len(encoded.learnt)
    assert "⟨F0⟩" in encoded.pieces and encoded.pieces[0] == "<|system|>"
    learnt = "".join(piece for piece, flag in zip(encoded.pieces, encoded.learnt, strict=True) if flag)
    assert learnt == " how ⟨E2⟩⟨80⟩⟨94⟩ ⟨F0⟩⟨9F⟩⟨8E⟩⟨89⟩ are\n<|end|>"


def test_a_prompt_is_the_beginning_of_its_conversation(tokenizer_folder):
    tokenizer = ChatTokenizer.load(tokenizer_folder)
    prompt, whole = tokenizer.prompt_ids(TALK[:2]), tokenizer.encode(TALK[:3])
    assert whole.ids[: len(prompt)] == prompt
    assert whole.learnt == [False] * len(prompt) + [True] * (len(whole.ids) - len(prompt))


@pytest.mark.parametrize("in_config", [True, False])
def test_a_template_without_marks(tokenizer_folder, tmp_path, in_config):
    tokenizer = ChatTokenizer.load(with_template(tokenizer_folder, tmp_path, CHATML, in_config))
    encoded = tokenizer.encode(TALK)
    learnt = "".join(piece for piece, flag in zip(encoded.pieces, encoded.learnt, strict=True) if flag)
    assert learnt.endswith("are\n<|end|>fine<|end|>")  # without the line end after the end-of-turn token
    assert encoded.learnt.count(True) < len(encoded.learnt)


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ("{% if %}", "Line 1"),
        ("{{ raise_exception('no system prompt, please') }}", "no system prompt, please"),
        ("{{ messages.__class__.__mro__ }}", "refuses"),
        ("{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}", "earlier turns change"),
        ("", "no chat template"),
    ],
)
def test_templates_that_cannot_be_used(tokenizer_folder, tmp_path, template, part):
    with pytest.raises(FTError) as caught:
        ChatTokenizer.load(with_template(tokenizer_folder, tmp_path, template)).encode(TALK)
    assert caught.value.code == "model.template" and part in caught.value.why


def test_a_folder_without_tokenizer(tmp_path):
    with pytest.raises(FTError) as caught:
        ChatTokenizer.load(tmp_path, "owner/name")
    assert caught.value.code == "model.missing" and "owner/name" in caught.value.what


def test_lengths_are_those_of_the_tokens(tokenizer_folder):
    tokenizer = ChatTokenizer.load(tokenizer_folder)
    examples = [Example(row=7, messages=TALK[1:3]), Example(row=9, messages=TALK)]
    lengths = tokenizer.lengths(examples)
    assert lengths.tolist() == [len(tokenizer.encode(example.messages).ids) for example in examples]
    assert summary(lengths, examples)["longest_row"] == 9


def test_a_tokenizer_of_bytes_loses_no_character_and_one_of_words_does(tokenizer_folder):
    assert ChatTokenizer.load(tokenizer_folder).lost("é☃\nx") == set()
    made = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1, "b": 2}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    assert ChatTokenizer(made, ChatTemplate("", {}), "0" * 12).lost("aBé\n \u200b☃") == {"B", "é", "\n", "☃"}


def test_what_a_cut_takes_of_the_answers_is_counted(tokenizer_folder):
    tokenizer = ChatTokenizer.load(tokenizer_folder)
    examples = [Example(row=7, messages=TALK[1:3]), Example(row=9, messages=TALK)]
    encoded = [tokenizer.encode(example.messages) for example in examples]
    for length in (1, 20, len(encoded[0].ids), 500):
        assert tokenizer.cut(examples, length) == [(len(row.ids), sum(row.learnt[length:])) for row in encoded]


def test_the_view_tells_learnt_read_cut_and_padding(tokenizer_folder):
    tokenizer, example = ChatTokenizer.load(tokenizer_folder), Example(7, TALK[:3])
    encoded = tokenizer.encode(example.messages)
    whole = view(Window(tokenizer, 500), example, fill_to=len(encoded.ids) + 2)
    kinds = [kind for _, kind in whole.tokens]
    assert kinds[:2] == ["padding"] * 2 and whole.tokens[0][0] == "<|pad|>" and len(whole.ids) == len(kinds)
    assert [kind == "learnt" for kind in kinds[2:]] == encoded.learnt
    assert whole.ids[2:] == encoded.ids and whole.end_of_turn and (whole.cut, whole.cut_learnt) == (0, 0)
    short = view(Window(tokenizer, len(encoded.ids) - 3), example)
    assert [kind for _, kind in short.tokens][-4:] == ["learnt", "cut", "cut", "cut"]
    assert not short.end_of_turn and (short.cut, short.cut_learnt) == (3, 3)
    none = view(Window(tokenizer, 2), example)
    assert "learnt" not in [kind for _, kind in none.tokens] and not none.end_of_turn
    assert none.cut_learnt == sum(encoded.learnt)


def test_a_template_that_does_not_end_the_turn_is_seen(tokenizer_folder, tmp_path):
    bare = CHATML.replace("<|end|>", "")
    tokenizer = ChatTokenizer.load(with_template(tokenizer_folder, tmp_path, bare))
    assert not view(Window(tokenizer, 500), Example(1, TALK[:3])).end_of_turn
