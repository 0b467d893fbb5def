"""Why one answer was given, as far as numbers can say: the words it leaned on, where base and tuned differ, what the training changed."""

import math
from collections.abc import Callable
from typing import Any

import regex
from transformers import PreTrainedTokenizerFast

from ft_core import prompts
from ft_core.data.store import Dataset
from ft_core.errors import FTError
from ft_core.evals.rows import read_answers
from ft_core.evals.why.attribution import attribute
from ft_core.evals.why.layers import changed_layers
from ft_core.evals.why.tokens import compare_tokens
from ft_core.generate import context_length
from ft_core.modeling import Pair
from ft_core.run import Run
from ft_core.settings.example import Example, Message

OnPart = Callable[[str], None]

_MATTERS = 0.1  # nats: below it the message changed the answer's probability by less than a tenth
_NAMED = 3  # words in the sentence
_NOTES = (
    "A word's number says by how much the answer becomes more likely as this word comes into a blank message, in nats: it is no reason that "
    "the model thought of, and another blank gives other numbers.",
    "Words act together. Of two that matter only as a pair, each gets a part.",
    "Layers that changed much need not matter much for this answer.",
    "One answer is one example: what a model does in general, the scores say.",
)
_WORDS = regex.compile(r"\b", regex.VERSION1 | regex.WORD)  # by UAX 29, so also where no spaces are written


def explain(run: Run, pair: Pair, number: int, part: str = "", on_part: OnPart = lambda words: None) -> dict[str, Any]:
    """Explain the tuned model's answer to the test example of row `number` (and `part` of a mix), as plain values for JSON.

    `prompt`, `answer`; `tuned` and `base`: {"words": [[piece of the prompt, nats], ...], "change", "gap"} for the same answer, `change` being
    log p after the prompt less log p after blanks; `tokens`: as `compare_tokens`; `layers`: as `changed_layers`; `sentence`; `notes`.
    Raises FTError `why.none` without such an answer, `why.head` for a model that does not write, `why.long` for one beyond its context.
    """
    example, answer = _asked(run, number, part)
    if pair.labels:
        why = "A classification head gives a number for each label; there are no words of an answer to follow."
        raise FTError("why.head", "This answer cannot be explained.", why, "Read Label by label instead.")
    prompt = prompts.prompt_ids(pair.tokenizer, example.prompt, example.tools)
    written = [*example.prompt, Message("assistant", answer)]
    ids = prompts.answer_ids(pair.tokenizer, written, example.tools)
    if len(prompt) + len(ids) > context_length(pair.tuned):
        why = f"Prompt and answer have {len(prompt) + len(ids):,} tokens, and the model reads {context_length(pair.tuned):,}."
        raise FTError("why.long", "This answer is too long to explain.", why, "Choose a shorter one.")
    words = _words(pair.tokenizer, prompt, example.question)
    places, filler = [place for word in words for place in word[1]], _filler(pair.tokenizer)
    on_part("which words the tuned model leaned on")
    tuned = _leaned(attribute(pair.tuned, prompt, ids, places, filler), words)
    on_part("which words the base model would lean on")
    with pair.base() as model:
        base = _leaned(attribute(model, prompt, ids, places, filler), words)
    on_part("what has changed")
    return {
        "run": run.id,
        "row": number,
        "prompt": example.question,
        "answer": answer,
        "tuned": tuned,
        "base": base,
        "tokens": compare_tokens(pair, pair.tokenizer, prompt, ids),
        "layers": changed_layers(pair),
        "sentence": sentence(tuned),
        "notes": list(_NOTES),
    }


def sentence(leaned: dict[str, Any]) -> str:
    """What was found for one model, in words."""
    if leaned["change"] <= -_MATTERS:
        return "The message spoke against this answer: with blanks in its place it would be likelier."
    by_weight = sorted((one for one in leaned["words"] if one[1] > 0 and one[0].strip()), key=lambda one: -one[1])
    if leaned["change"] < _MATTERS or not by_weight:
        return "The message hardly mattered: with blanks in its place this answer would be as likely."
    named = [f"“{text.strip()}”" for text, value in by_weight[:_NAMED] if value >= _MATTERS]
    if all(abs(value) < _MATTERS for _, value in leaned["words"]):
        return (
            "No single word mattered: each makes this answer likelier by less than a tenth, all together by "
            f"{100 * math.expm1(leaned['change']):.0f} %."
        )
    if not named:
        return "Many words made this answer a little likelier, none of them much by itself."
    return f"The answer leaned most on {', '.join(named[:-1])}{' and ' if named[1:] else ''}{named[-1]}."


def _asked(run: Run, number: int, part: str) -> tuple[Example, str]:
    """The test example of a row, and what the tuned model wrote to it."""
    row = next((row for row in read_answers(run) if row["row"] == number and (row.get("part") or "") == part), None)
    answer = row and row.get("tuned_written")
    examples = Dataset.open(run.folder / run.data()["folder"]).examples("test") if answer else []
    same = (one for one in examples if one.row == number and (one.part or "") == part)
    # One row of a conversation is several examples, and an evaluation may have left out some of them.
    example = next(
        (one for one in same if row and (one.question, one.answer) == (row["prompt"], row["expected"])), None
    )
    if not answer or example is None or example.is_text:
        raise _none(run, number)
    return example, str(answer)


def _none(run: Run, number: int) -> FTError:
    some = [str(row["row"]) for row in read_answers(run) if row.get("tuned_written")][:_NAMED]
    why = f"The evaluation holds no written answer to row {number}; rows are numbered as in the file that the data came from."
    fix = (
        f"Choose a row of the evaluation's answers, such as {' or '.join(some)}." if some else "Evaluate the run first."
    )
    return FTError("why.none", "There is no such answer.", why, fix)


def _words(tokenizer: PreTrainedTokenizerFast, prompt: list[int], question: str) -> list[tuple[str, list[int]]]:
    """The words of the person's own text with the places of their tokens in the prompt; all of the prompt where it cannot be told apart.

    A token belongs to the word that its last character is in; words that share a token are one.
    """
    whole = str(tokenizer.decode(prompt))
    encoded = tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
    begin = whole.rfind(question)
    if begin < 0 or not question.strip() or list(encoded["input_ids"]) != prompt:
        return [(str(tokenizer.decode([token])), [place]) for place, token in enumerate(prompt)]
    ends = [(place, end) for place, (_, end) in enumerate(encoded["offset_mapping"])]
    found: list[tuple[str, list[int]]] = []
    position, text = begin, ""
    for piece in _WORDS.split(question):
        start, position, text = position, position + len(piece), text + piece
        places = [place for place, end in ends if start < end <= position]
        if places and (piece.strip() or not found):
            found.append((text, places))
        elif places:  # tokens of white space alone
            found[-1] = (found[-1][0] + text, [*found[-1][1], *places])
        text = "" if places else text
    return [*found[:-1], (found[-1][0] + text, found[-1][1])]


def _filler(tokenizer: PreTrainedTokenizerFast) -> int:
    """The token that stands for a blank: that of a space. A padding token's embedding is often zero, and no model reads it as a text."""
    return int(tokenizer(" ", add_special_tokens=False)["input_ids"][-1])


def _leaned(found: dict[str, Any], words: list[tuple[str, list[int]]]) -> dict[str, Any]:
    values = iter(found["tokens"])
    summed = [[text, sum(next(values) for _ in places)] for text, places in words]
    return {"words": summed, "change": found["actual"] - found["filled"], "gap": found["gap"]}
