"""Which training examples stand in the prompt of the base model: candidates, and the best of them on validation examples."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy
from transformers import PreTrainedTokenizerBase

from ft_core import generate
from ft_core.evals.compare import SEED
from ft_core.generate import Model
from ft_core.prompts import prompt_ids
from ft_core.settings.example import Example, Message

TRIED_ON = 48  # validation examples


@dataclass(frozen=True)
class Tried:
    """Examples for the prompt, and how well they served: `score` is the share of right labels, or of texts minus the loss in nats per token; None untried."""

    shots: list[Example]
    score: float | None

    def as_dict(self) -> dict[str, object]:
        """{"rows", "score"}, for the report."""
        return {"rows": [shot.row for shot in self.shots], "score": self.score}


def candidates(train: Sequence[Example], labels: Sequence[str], count: int) -> list[list[Example]]:
    """Ways to put at most `count` examples into the prompt: short ones of each label in turn, half as many of them, and some by chance."""
    first = choose_shots(train, labels, count)
    own = list(dict.fromkeys(example for example in train if not example.generated))
    places = numpy.random.default_rng(SEED).permutation(len(own))[:count]
    return different([first, first[: len(first) // 2], [own[place] for place in sorted(places)]])


def different(candidates: Sequence[list[Example]]) -> list[list[Example]]:
    """The candidates that hold anything, each once."""
    return [one for place, one in enumerate(candidates) if one and one not in candidates[:place]]


def best(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    tried: Sequence[Sequence[Example]],
    examples: Sequence[Example],
    labels: Sequence[str],
    should_stop: Callable[[], bool],
) -> list[Tried]:
    """Each candidate with its score on `examples`, the best first; of equals the earlier one. Raises Stopped."""
    found: list[tuple[float, Tried]] = []
    for shots in tried:
        shown = [with_shots(example, shots) for example in examples]
        if labels:
            prompts = [example.prompt for example in shown]
            likeliest = generate.choice_log_likelihoods(
                model, tokenizer, prompts, labels, should_stop=should_stop
            ).argmax(1)
            right = [labels[place] == example.answer for place, example in zip(likeliest, examples, strict=True)]
            score = float(numpy.mean(right))
        else:
            losses = numpy.array(generate.answer_losses(model, tokenizer, shown, should_stop=should_stop))
            score = -float(losses[:, 0].sum() / losses[:, 1].sum())
        found.append((-score, Tried(list(shots), score)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def choose_shots(train: Sequence[Example], labels: Sequence[str], count: int) -> list[Example]:
    """`count` training examples to show the base model: the labels in turn, most frequent first; short and single-turn ones before others.
    A row that training meets several times is shown once.

    Within a label they are taken from the lower quartile of lengths upwards: the very shortest are often odd.
    """
    groups: dict[str, list[Example]] = defaultdict(list)
    # Balancing may have repeated rows, and showing one twice says nothing new; generated ones are not the person's own words.
    for example in dict.fromkeys(example for example in train if not example.generated):
        groups[example.answer if labels else ""].append(example)
    queues = []
    for label in labels or [""]:
        ordered = sorted(groups[label], key=lambda example: (len(example.messages), _length(example), example.row))
        start = len(ordered) // 4
        queues.append(ordered[start:] + ordered[:start])
    found: list[Example] = []
    for turn in range(max((len(queue) for queue in queues), default=0)):
        found += [queue[turn] for queue in queues if turn < len(queue)]
        if len(found) >= count:
            break
    return found[:count]


def fitting_shots(
    tokenizer: PreTrainedTokenizerBase, shots: Sequence[Example], examples: Sequence[Example], room: int
) -> list[Example]:
    """As many of the first `shots` as fit, together with the longest example and its right answer, into `room` tokens."""
    longest = max(examples, key=lambda example: len(prompt_ids(tokenizer, example.messages, example.tools)))
    for count in range(len(shots), 0, -1):
        shown = with_shots(longest, shots[:count])
        if len(prompt_ids(tokenizer, shown.messages, shown.tools)) <= room:
            return list(shots[:count])
    return []


def with_shots(example: Example, shots: Sequence[Example]) -> Example:
    """The example with the conversations of `shots` before its own, after its own system prompt."""
    own = list(example.messages)
    system = own[:1] if own[0].role == "system" else []
    turns: list[Message] = [message for shot in shots for message in shot.messages if message.role != "system"]
    return replace(example, messages=(*system, *turns, *own[len(system) :]))


def _length(example: Example) -> int:
    return sum(len(message.text) for message in example.messages)
