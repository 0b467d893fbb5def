"""Dialogues about a given text: answering from it, taking things out of it, choosing its label."""

import json
import re
from random import Random

from ft_core.starter.dialogue_words import (
    NUMBERS,
    Piece,
    an,
    capital,
    data,
    fill,
    invented,
    listed,
    person,
    place,
    words,
)

UNKNOWN = "I do not know. The text does not say."
# field: (sentence, questions, full answer, short answer); N is the name, P he/she, Q his/her, V the value
FIELDS = {
    "town": ("N lives in V.", ("Where does N live?", "In which town does N live?"), "N lives in V."),
    "age": ("N is V years old.", ("How old is N?", "What age is N?"), "N is V years old."),
    "job": ("N works as a V.", ("What is N's job?", "What does N work as?"), "N works as a V."),
    "pet": ("N has a V.", ("What pet does N have?", "Which animal does N have?"), "N has a V."),
    "petname": (
        "Q pet is called V.",
        ("What is the name of N's pet?", "What is N's pet called?"),
        "N's pet is called V.",
    ),
    "food": ("P likes V.", ("What does N like to eat?", "What food does N like?"), "N likes V."),
    "colour": (
        "Q favourite colour is V.",
        ("What is N's favourite colour?", "Which colour does N like best?"),
        "N's favourite colour is V.",
    ),
    "friend": (
        "Q best friend is V.",
        ("Who is N's best friend?", "What is the name of N's best friend?"),
        "N's best friend is V.",
    ),
    "instrument": ("P plays the V.", ("What does N play?", "Which instrument does N play?"), "N plays the V."),
    "object": (
        "In Q bag there is a V.",
        ("What is in N's bag?", "What does N have in the bag?"),
        "There is a V in N's bag.",
    ),
    "day": (
        "P goes swimming on V.",
        ("When does N go swimming?", "On which day does N go swimming?"),
        "N goes swimming on V.",
    ),
    "vehicle": ("P travels by V.", ("How does N travel?", "What does N travel by?"), "N travels by V."),
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LISTED = {
    "job": "jobs",
    "pet": "pets",
    "food": "food",
    "colour": "colours",
    "instrument": "instruments",
    "object": "objects",
}
READ = (
    "Read the text and answer.",
    "Answer from the text.",
    "Use the text to answer.",
    "Answer the question about the text.",
)
SHORT = (
    "Answer from the text, with the shortest answer.",
    "Answer from the text in one to three words.",
    "Give only the answer.",
)


def value(field: str, rng: Random) -> str:
    """A random value of a field of FIELDS."""
    if field == "town":
        return place(rng)
    if field == "age":
        return str(rng.randint(3, 90))
    if field in ("petname", "friend"):
        return person(rng)[0]
    if field == "day":
        return rng.choice(DAYS)
    return rng.choice(words(LISTED.get(field, field + "s")))


def _sentence(pattern: str, who: tuple[str, str, str], what: str) -> str:
    out = " ".join({"N": who[0], "P": who[1], "Q": who[2], "N's": who[0] + "'s"}.get(w, w) for w in pattern.split(" "))
    out = re.sub(r"\bV\b", lambda _found: what, re.sub(r"\ba V\b", lambda _found: an(what), out))
    return capital(out)


def portrait(rng: Random) -> tuple[str, tuple[str, str, str], dict[str, str]]:
    """A passage about an invented person, who it is, and the fields it tells."""
    who = person(rng)
    fields = rng.sample(list(FIELDS), rng.randint(2, 5))
    told = {field: value(field, rng) for field in fields}
    patterns = [FIELDS[field][0] for field in fields]
    lines = [_sentence(pattern, who, told[field]) for pattern, field in zip(patterns, fields, strict=True)]
    if "N" not in patterns[0].split(" ")[0]:  # the person must be named before being called he or she
        lines.insert(
            0,
            rng.choice([f"This is {who[0]}.", f"I know somebody called {who[0]}.", f"Let me tell you about {who[0]}."]),
        )
    return " ".join(lines), who, told


def _frame(passage: str, question: str, rng: Random) -> str:
    return rng.choice(
        [
            f"{passage}\n\n{question}",
            f"{passage} {question}",
            f"Text: {passage}\nQuestion: {question}",
            f"{rng.choice(READ)}\n\n{passage}\n\n{question}",
            f"{question}\n\n{passage}",
        ]
    )


def reading(rng: Random) -> Piece:
    """A passage and one to three questions."""
    if rng.random() < 0.45:
        return several(rng)
    passage, who, told = portrait(rng)
    short = rng.random() < 0.3
    asked = rng.sample(list(told), min(len(told), rng.choice([1, 1, 1, 2, 3])))
    if rng.random() < 0.2:
        asked[-1] = rng.choice(
            [field for field in FIELDS if field not in told and not (field == "pet" and "petname" in told)]
        )
    turns = []
    for index, field in enumerate(asked):
        _line, questions, answer = FIELDS[field]
        question = rng.choice(questions)
        named = who if index == 0 or rng.random() < 0.5 else (who[1], who[1], who[2])
        # "What is N's job?" becomes "What is his job?"
        question = question.replace("N's", who[2] if named is not who else who[0] + "'s")
        question = " ".join(named[0] if word.strip("?") == "N" else word for word in question.split(" ")) + (
            "?" if question.endswith("N?") else ""
        )
        question = question if question.endswith("?") else question + "?"
        said = UNKNOWN if field not in told else told[field] if short else _sentence(answer, who, told[field])
        if field in told and short:
            said = capital(said) + "."
        turns.append((_frame(passage, question, rng) if index == 0 else question, said))
    return Piece(turns, rng.choice(SHORT) if short else rng.choice([None, None, rng.choice(READ)]))


def several(rng: Random) -> Piece:
    """Two to four persons who differ in one thing: the answer hangs on who is meant."""
    names = list({person(rng)[0]: 0 for _ in range(rng.randint(3, 4))})
    kind = rng.choice(["object", "colour", "town", "food", "place"])
    if kind == "colour":
        thing = rng.choice(words("objects"))
        values = rng.sample(words("colours"), len(names))
        lines = [f"{n} has {an(v)} {thing}." for n, v in zip(names, values, strict=True)]
        ask, say, back = f"What colour is N's {thing}?", f"N's {thing} is V.", f"Who has the V {thing}?"
        back_say = f"N has the V {thing}."
    elif kind == "object":
        values = rng.sample(words("objects"), len(names))
        lines = [f"{n} has {an(v)}." for n, v in zip(names, values, strict=True)]
        ask, say, back, back_say = "What does N have?", "N has A.", "Who has the V?", "N has the V."
    elif kind == "town":
        values = [f"{place(rng)}" for _ in names]
        lines = [f"{n} comes from {v}." for n, v in zip(names, values, strict=True)]
        ask, say, back, back_say = "Where does N come from?", "N comes from V.", "Who comes from V?", "N comes from V."
    elif kind == "food":
        values = rng.sample(words("food"), len(names))
        lines = [f"{n} eats {v}." for n, v in zip(names, values, strict=True)]
        ask, say, back, back_say = "What does N eat?", "N eats V.", "Who eats V?", "N eats V."
    else:
        values = rng.sample(words("things"), len(names))
        lines = [f"{n} is in the {v}." for n, v in zip(names, values, strict=True)]
        ask, say, back, back_say = "Where is N?", "N is in the V.", "Who is in the V?", "N is in the V."
    turns = []
    for index, at in enumerate(rng.sample(range(len(names)), min(len(names), rng.choice([1, 1, 2])))):
        question, answer = (ask, say) if rng.random() < 0.5 else (back, back_say)
        marks = {"N": names[at], "V": values[at], "A": an(values[at])}
        question, answer = _marks(question, marks), _marks(answer, marks)
        turns.append((_frame(" ".join(lines), question, rng) if index == 0 else question, answer))
    return Piece(turns, rng.choice([None, None, rng.choice(READ)]))


def _marks(pattern: str, marks: dict[str, str]) -> str:
    out = []
    for word in pattern.split(" "):
        core = word.rstrip("?.").removesuffix("'s")
        out.append(marks[core] + word[len(core) :] if core in marks else word)
    return " ".join(out)


def extraction(rng: Random) -> Piece:
    """Find one kind of thing in a sentence and give it alone."""
    name, town, number = person(rng)[0], place(rng), str(rng.randint(2, 99))
    colour, thing, day = rng.choice(words("colours")), rng.choice(words("objects")), rng.choice(DAYS)
    text = rng.choice(
        [
            f"{name} counted {number} {colour} {thing}s in {town} on {day}.",
            f"On {day}, {name} from {town} found {number} {colour} {thing}s.",
            f"In {town}, {name} saw {an(colour)} {thing} with the number {number} on {day}.",
            f"{number} {colour} {thing}s came to {town} with {name} on {day}.",
            f"My friend {name} lives at {number} Hill Road in {town} and lost {an(colour)} {thing} on {day}.",
        ]
    )
    kinds = {"name": name, "place": town, "number": number, "colour": colour, "day": day}
    asked = rng.sample(list(kinds), rng.choice([1, 1, 2]))
    lines = [
        rng.choice([f"Find the {k}.", f"What is the {k}?", f"Give me only the {k}.", f"Which {k} is in the text?"])
        for k in asked
    ]
    if rng.random() < 0.3:
        kind = asked[0]
        return Piece(
            [(text, kinds[kind])],
            rng.choice(
                [
                    f"Find the {kind} in the text. Answer with the {kind} alone.",
                    f"Write only the {kind} that the text names.",
                ]
            ),
        )
    first = rng.choice(
        [f"{lines[0]} {text}", f"{text} {lines[0]}", f"{lines[0]}\n\n{text}", f"{lines[0]}\nText: {text}"]
    )
    return Piece([(q, kinds[k]) for q, k in zip([first, *lines[1:]], asked, strict=True)])


def record(rng: Random) -> Piece:
    """The fields of a sentence as JSON or as lines of `field: value`."""
    name, town = person(rng)[0], place(rng)
    colour, thing, age = rng.choice(words("colours")), rng.choice(words("objects")), rng.randint(3, 90)
    job, number = rng.choice(words("jobs")), rng.randint(2, 12)
    text, found = rng.choice(
        [
            (f"{name} has {an(colour)} {thing}.", {"name": name, "colour": colour, "object": thing}),
            (f"{name} lives in {town} and is {age} years old.", {"name": name, "town": town, "age": age}),
            (f"{name} is {an(job)} in {town}.", {"name": name, "job": job, "town": town}),
            (f"The {thing} of {name} is {colour}.", {"name": name, "object": thing, "colour": colour}),
            (
                f"There are {NUMBERS[number]} {colour} {thing}s in {town}.",
                {"number": number, "colour": colour, "town": town},
            ),
            (
                f"{name}, {age}, works as {an(job)} and likes {colour}.",
                {"name": name, "age": age, "job": job, "colour": colour},
            ),
        ]
    )
    keys = rng.sample(list(found), rng.randint(2, len(found)))
    if rng.random() < 0.65:
        answer = json.dumps({key: found[key] for key in keys})
        asks = [
            f"Write this as JSON with the keys {listed(keys)}.",
            f"Reply as JSON with {listed(keys)}.",
            f"Answer with JSON. The keys are {', '.join(keys)}.",
        ]
    else:
        answer = "\n".join(f"{capital(key)}: {found[key]}" for key in keys)
        asks = [
            f"List the {listed(keys)}, one on each line.",
            f"Fill in the form: {', '.join(keys)}.",
            f"Write the {listed(keys)} on separate lines.",
        ]
    ask = rng.choice(asks)
    if rng.random() < 0.5:
        return Piece([(text, answer)], ask)
    return Piece([(rng.choice([f"{ask} {text}", f"{text} {ask}", f"{ask}\n\n{text}"]), answer)])


NAMED = {
    "animal": "animals",
    "fruit": "fruits",
    "vegetable": "vegetables",
    "tool": "tools",
    "clothes": "clothes",
    "furniture": "furniture",
    "vehicle": "vehicles",
    "instrument": "instruments",
    "flower": "flowers",
    "tree": "trees",
    "job": "jobs",
    "body": "body",
    "drink": "drinks",
}
ABOUT = (
    "{girl} saw a X.",
    "I like the X.",
    "The X is {where}.",
    "X",
    "There is a X in the picture.",
    "{boy} drew a X.",
    "My favourite is the X.",
    "Look at that X!",
)


def label_set(rng: Random) -> tuple[str, dict[str, list[str]]]:
    """What the labels are about, and for each label patterns of its texts."""
    if rng.random() < 0.35:
        chosen = rng.sample(list(NAMED), rng.randint(2, 5))
        return "the kind of thing", {
            name: [p.replace("X", rng.choice(words(NAMED[name]))) for p in ABOUT] for name in chosen
        }
    entry = dict(data()["labels"][rng.choice(list(data()["labels"]))])
    about = entry.pop("about")
    chosen = rng.sample(list(entry), rng.randint(2, min(5, len(entry))))
    return about, {name: entry[name] for name in chosen}


def _shown(names: list[str], rng: Random) -> dict[str, str]:
    """How each label is written: mostly as it is, sometimes in another case, or as a word made up for this dialogue."""
    way = rng.random()
    if way < 0.6:
        return {name: name for name in names}
    if way < 0.75:
        return {name: capital(name) for name in names}
    if way < 0.85:
        return {name: name.upper() for name in names}
    return {name: f"is_{name}" if way < 0.9 else f"{name}_text" for name in names}


def labels(rng: Random) -> Piece:
    """Texts whose label is to be chosen from a list in the system prompt (or in the question)."""
    about, patterns = label_set(rng)
    names = list(patterns)
    shown = _shown(names, rng)
    options = [shown[name] for name in names]
    system = rng.choice(
        [
            f"Label the text with one of these: {', '.join(options)}. Answer with the label alone.",
            f"Say which of these fits {about}: {', '.join(options)}. Answer with one of them and nothing else.",
            f"Classify the text by {about}. Labels: {', '.join(options)}. Answer with the label only.",
            f"Choose the best label: {listed(options, 'or')}.",
            f"You sort short texts. The labels are {listed(options)}. Reply with one label.",
            f"Read the text and pick {about}.\nLabels:\n" + "\n".join(f"- {option}" for option in options),
            f"Answer with {listed(options, 'or')}.",
        ]
    )
    if rng.random() < 0.12:
        system, shown = _coded(names, about, rng)
    texts = [
        (name, fill(rng.choice(patterns[name]), rng)) for name in rng.choices(names, k=rng.choice([1, 1, 1, 2, 3]))
    ]
    if len(texts) == 1 and rng.random() < 0.25:
        question = rng.choice([f"{system}\n\n{texts[0][1]}", f"{system}\nText: {texts[0][1]}"])
        return Piece([(question, shown[texts[0][0]])])
    turns = [(text if rng.random() < 0.85 else f"Text: {text}", shown[name]) for name, text in texts]
    return Piece(turns, system, exact=False)


def _coded(names: list[str], about: str, rng: Random) -> tuple[str, dict[str, str]]:
    """Labels that stand for a meaning told in the system prompt."""
    codes = dict(
        zip(
            names,
            rng.sample("ABCDE", len(names)) if rng.random() < 0.4 else [invented(rng).upper() for _ in names],
            strict=True,
        )
    )
    told = " ".join(f"{codes[name]} means {name}." for name in names)
    return f"Label the text by {about}. {told} Answer with the label alone.", codes


def few_shot(rng: Random) -> Piece:
    """The labels are to be learned from the examples before: earlier turns, or a list in one question."""
    about, patterns = label_set(rng)
    names = list(patterns)[:3]
    shown = _shown(names, rng) if rng.random() < 0.6 else {name: capital(invented(rng)) for name in names}
    # Every label is shown before it is asked for.
    drawn = rng.sample(names, len(names)) + rng.choices(names, k=rng.choice([1, 2]))
    texts = [(fill(rng.choice(patterns[name]), rng), shown[name]) for name in drawn]
    if rng.random() < 0.5:
        return Piece(texts, rng.choice([None, "Label the text as in the examples.", f"Label each text by {about}."]))
    body = "\n".join(f"Text: {text}\nLabel: {label}" for text, label in texts[:-1])
    return Piece([(f"{body}\nText: {texts[-1][0]}\nLabel:", texts[-1][1])])


def two_labels(rng: Random) -> Piece:
    """Two labels of one text, as JSON."""
    sets = data()["labels"]
    first, second = rng.choice(
        [("mood", "topic"), ("time", "mood"), ("heat", "mood"), ("size", "noise"), ("taste", "speed")]
    )
    one, two = (rng.choice([key for key in sets[name] if key != "about"]) for name in (first, second))
    text = f"{fill(rng.choice(sets[first][one]), rng)} {fill(rng.choice(sets[second][two]), rng)}"
    told = [f"{name} ({listed([key for key in sets[name] if key != 'about'], 'or')})" for name in (first, second)]
    system = rng.choice(
        [f"Reply as JSON with the keys {listed(told)}.", f"Give two labels as JSON: {told[0]} and {told[1]}."]
    )
    return Piece([(text, json.dumps({first: one, second: two}))], system)
