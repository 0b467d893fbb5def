"""The dialogues of the chat stage: which kinds, how many of each, and how pieces become a conversation."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from ft_core.starter import dialogue_facts as world
from ft_core.starter import dialogue_tasks as tasks
from ft_core.starter import dialogue_texts as given
from ft_core.starter import texts
from ft_core.starter.dialogue_words import Piece, capital, person, small

# How many of a hundred dialogues begin with a kind.
KINDS: dict[str, tuple[int, Callable[[Random], Piece]]] = {
    "talk": (9, tasks.talk),
    "facts": (16, world.facts),
    "choice": (5, world.choice),
    "instruction": (14, tasks.instruction),
    "arithmetic": (5, tasks.arithmetic),
    "reading": (13, given.reading),
    "extraction": (5, given.extraction),
    "record": (4, given.record),
    "labels": (11, given.labels),
    "few-shot": (4, given.few_shot),
    "two labels": (2, given.two_labels),
    "story": (4, tasks.story),
    "poem": (1, tasks.poem),
    "helping": (4, tasks.helping),
    "persona": (3, tasks.persona),
}
LONGER = 0.16  # share of dialogues that go on with other pieces, besides the pieces that have several turns themselves
STYLED = 0.25  # share of talk and facts without a system prompt of their own that are told in another voice
NOISY = 0.2  # share of questions, where the spelling does not matter, that are written carelessly
NEUTRAL = (
    "You are a helpful assistant.",
    "You are a friendly assistant.",
    "You are a small language model.",
    "Answer in simple English.",
    "Be kind and helpful.",
    "Answer the user.",
    "You are an assistant.",
)
BRIEF = (
    "Answer shortly.",
    "Answer in one short sentence.",
    "Answer with a full sentence.",
)  # only where each answer is one
VOICES: dict[str, Callable[[str], str]] = {
    "You are a pirate.": lambda said: f"Arr! {_be(said)} Yo ho!",
    "Talk like a pirate.": lambda said: f"Arr! {_be(said)} Yo ho!",
    "Answer in capital letters.": str.upper,
    "Write everything in capitals.": str.upper,
    "Answer in small letters.": str.lower,
    "You are a king.": lambda said: f"Hear me, my people! {said}",
    "You are a robot.": lambda said: f"Beep. {said} Beep.",
    "You are a wizard.": lambda said: f"By my magic hat! {said}",
    "End every answer with the word done.": lambda said: f"{said} Done.",
    "Begin every answer with the word well.": lambda said: (
        f"Well, {small(said) if said.startswith(('The ', 'A ', 'An ', 'You ', 'We ', 'Yes', 'No')) else said}"
    ),
    "Put stars around your answer.": lambda said: f"*{said}*",
    "Answer in quotation marks.": lambda said: f'"{said}"',
    "You are a teacher.": lambda said: f"Listen well, children. {said}",
}


@dataclass(frozen=True)
class Dialogue:
    """The kind it begins with, and (role, content) pairs that end with the assistant's."""

    kind: str
    turns: tuple[tuple[str, str], ...]


def dialogues(count: int, seed: int) -> list[Dialogue]:
    """`count` dialogues, the same for the same seed."""
    rng = Random(seed)
    names, weights = list(KINDS), [weight for weight, _make in KINDS.values()]
    return [_dialogue(kind, rng) for kind in rng.choices(names, weights, k=count)]


def as_text(dialogue: Dialogue) -> str:
    """The dialogue as the chat template renders it."""
    system = dialogue.turns[0][1] if dialogue.turns[0][0] == "system" else None
    return texts.chat(dialogue.turns[1:] if system else dialogue.turns, system)


def _dialogue(kind: str, rng: Random) -> Dialogue:
    piece = KINDS[kind][1](rng)
    system, turns = piece.system, list(piece.turns)
    if not piece.exact:
        turns = [(_noisy(asked, rng), said) for asked, said in turns]
    if system is None:
        if kind == "facts" and piece.style and rng.random() < 0.12:
            system = rng.choice(BRIEF)
        elif rng.random() < LONGER:
            turns = _longer(turns, rng)
        elif piece.style and rng.random() < STYLED:
            system = rng.choice(list(VOICES))
            return _made(kind, system, [(asked, VOICES[system](said)) for asked, said in turns])
        # The pieces with a prompt of their own are many, so most of the others have none: about half in all.
        if system is None and rng.random() < 0.22:
            system = rng.choice(NEUTRAL)
    return _made(kind, system, turns)


def _made(kind: str, system: str | None, turns: list[tuple[str, str]]) -> Dialogue:
    rows = [("system", system)] if system else []
    for asked, said in turns:
        rows += [("user", asked), ("assistant", said)]
    return Dialogue(kind, tuple(rows))


def _longer(turns: list[tuple[str, str]], rng: Random) -> list[tuple[str, str]]:
    """The conversation with something after it, or before it, and sometimes both."""
    if rng.random() < 0.3:
        turns = [*_opening(rng), *turns]
    for _again in range(rng.choice([1, 1, 2])):
        turns = [*turns, *_follow(turns, rng)]
    return turns[-4:]


def _opening(rng: Random) -> list[tuple[str, str]]:
    name = person(rng)[0]
    return [
        rng.choice(
            [
                ("Hello!", "Hello! How can I help you?"),
                (f"Hi, I am {name}.", f"Hello, {name}! How can I help you?"),
                ("Can you help me?", "Yes, I will try. What do you need?"),
            ]
        )
    ]


def _follow(turns: list[tuple[str, str]], rng: Random) -> list[tuple[str, str]]:
    """A turn that refers back to the last one, thanks for it, or asks something else."""
    asked, said = turns[-1]
    way = rng.random()
    if way < 0.12 and len(said) < 160:
        return [(rng.choice(["Say that again.", "Can you repeat that?", "What did you say?", "Again, please."]), said)]
    if way < 0.2 and len(said) < 80:
        return [
            (
                rng.choice(["Now in capital letters.", "Say that in capital letters.", "Write that in capitals."]),
                said.upper(),
            )
        ]
    if way < 0.28 and len(asked) < 80 and len(turns) == 1:
        return [(rng.choice(["What did I ask?", "What did I say?", "Repeat what I said."]), asked)]
    if way < 0.45:
        return [
            (
                rng.choice(["Thank you.", "Thanks!", "Thank you very much."]),
                rng.choice(["You are welcome.", "You are welcome. I am glad I could help."]),
            )
        ]
    other = KINDS[rng.choice(["talk", "facts", "facts", "instruction", "arithmetic", "helping"])][1]
    for _try in range(20):
        piece = other(rng)
        if piece.system is None:
            return piece.turns
    return []


def _noisy(text: str, rng: Random) -> str:
    """Sometimes small letters, no full stop, or two letters swapped."""
    if rng.random() > NOISY:
        return text
    way = rng.randrange(4)
    if way == 0:
        return text.lower()
    if way == 1:
        return text.rstrip(".?!") or text
    if way == 2:
        return text.lower().rstrip(".?!") or text
    parts = text.split(" ")
    long = [index for index, part in enumerate(parts) if len(part) > 5 and part.isalpha() and part.islower()]
    if long:
        at = rng.choice(long)
        letter = rng.randrange(1, len(parts[at]) - 2)
        word = parts[at]
        parts[at] = word[:letter] + word[letter + 1] + word[letter] + word[letter + 2 :]
    return " ".join(parts)


def _be(said: str) -> str:
    """Pirates say be for is and are."""
    return capital(
        " ".join(
            {"is": "be", "are": "be", "am": "be", "my": "me", "you": "ye"}.get(word, word) for word in said.split(" ")
        )
    )
