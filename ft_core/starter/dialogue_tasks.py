"""Dialogues that need no given text: talk, facts, small tasks, voices, stories and poems."""

from random import Random

from ft_core.starter.dialogue_facts import blank
from ft_core.starter.dialogue_words import (
    NUMBERS,
    Piece,
    an,
    capital,
    data,
    fill,
    invented,
    list_of,
    listed,
    person,
    place,
    small,
    split,
    words,
)


def talk(rng: Random) -> Piece:
    """Greetings, who the model is, thanks, and saying that it does not know."""
    if rng.random() < 0.2:
        return Piece(
            [(rng.choice(data()["talk"]["far_ask"]), rng.choice(data()["talk"]["far_say"]))], exact=False, style=True
        )
    entry = rng.choice(data()["talk"]["entries"])
    return Piece([(rng.choice(entry["ask"]), rng.choice(entry["say"]))], exact=False, style=True)


def helping(rng: Random) -> Piece:
    """Advice, steps, and short notes to somebody."""
    if rng.random() < 0.3:
        name, _he, _his = person(rng)
        thing = rng.choice(words("objects"))
        return Piece(
            [
                rng.choice(
                    [
                        (
                            f"Write a thank-you note to {name} for the {thing}.",
                            f"Dear {name}, thank you very much for the {thing}. I like it a lot!",
                        ),
                        (
                            f"Write a birthday wish for {name}.",
                            f"Happy birthday, {name}! I wish you a day full of joy.",
                        ),
                        (
                            f"Invite {name} to my party on Sunday.",
                            f"Dear {name}, please come to my party on Sunday. I would be very happy to see you.",
                        ),
                        (
                            f"Say sorry to {name} because I broke the {thing}.",
                            f"Dear {name}, I am sorry that I broke the {thing}. I will be more careful.",
                        ),
                        (f"Wish {name} good luck.", f"Good luck, {name}! I know that you can do it."),
                        (
                            f"Write to {name} that I am ill.",
                            f"Dear {name}, I am ill today and have to stay in bed. See you soon!",
                        ),
                    ]
                )
            ]
        )
    entry = rng.choice(data()["help"]["entries"])
    return Piece([(rng.choice(entry["ask"]), rng.choice(entry["say"]))], exact=False)


def _phrase(rng: Random) -> str:
    return rng.choice(
        [
            fill("The {colour} {object} is {where}.", rng),
            fill("{girl} has a {pet} and a {object}.", rng),
            fill("{boy} likes {food} and {drink}.", rng),
            fill("I saw a {adjective} {animal} in {place}.", rng),
            " ".join(invented(rng) for _ in range(rng.randint(2, 4))),
            " ".join(rng.sample(words("plain"), rng.randint(2, 6))),
            fill("We go to {place} {when}.", rng),
        ]
    )


def instruction(rng: Random) -> Piece:
    """One small thing to do with a phrase, a word, or a few of them."""
    return rng.choice([_on_phrase, _on_phrase, _on_word, _on_list, _on_list, _on_grammar, _lists, blank])(rng)


def _on_phrase(rng: Random) -> Piece:
    text = _phrase(rng)
    parts = text.rstrip(".").split(" ")
    asks, answer = rng.choice(
        [
            (
                (
                    "Repeat after me: {}",
                    "Say this again: {}",
                    "Copy this text: {}",
                    "Repeat: {}",
                    "Write exactly this: {}",
                ),
                text,
            ),
            (("Repeat after me: {}", "Say this: {}", "Copy: {}"), text),
            (("Say this in capitals: {}", "Write in capital letters: {}", "Make this upper case: {}"), text.upper()),
            (("Write in small letters: {}", "Make this lower case: {}"), text.lower()),
            (("What is the first word? {}", "Give me the first word of: {}", "First word: {}"), parts[0]),
            (("What is the last word? {}", "Give me the last word of: {}", "Last word: {}"), parts[-1]),
            (("How many words are in this text? {}", "Count the words: {}"), str(len(parts))),
            (("Say this twice: {}", "Repeat this two times: {}"), f"{text} {text}"),
            (("Put this in quotation marks: {}", "Write with quotation marks: {}"), f'"{text}"'),
        ]
    )
    ask = rng.choice(asks)
    if ask.endswith(": {}") and rng.random() < 0.3:  # the same as a standing instruction
        return Piece(
            [(text, answer)],
            ask.removesuffix(": {}")
            .replace("after me", "what I say")
            .replace("this text", "the text")
            .replace("this", "the text")
            + ".",
        )
    return Piece([(ask.format(text), answer)])


def _on_word(rng: Random) -> Piece:
    word = (
        invented(rng)
        if rng.random() < 0.3
        else rng.choice(words(rng.choice(["plain", "animals", "fruits", "objects"])))
    )
    return Piece(
        [
            rng.choice(
                [
                    (f"Spell the word {word}.", "-".join(word.upper())),
                    (f"Spell {word}.", "-".join(word.upper())),
                    (f"How do you spell {word}?", "-".join(word.upper())),
                    (f"What is the first letter of {word}?", word[0].upper()),
                    (f"What is the last letter of {word}?", word[-1].upper()),
                    (f"How many letters does {word} have?", f"The word {word} has {len(word)} letters."),
                    (f"Write {word} in capital letters.", word.upper()),
                    (f"Use the word {word} in a sentence.", fill(f"I have heard the word {word} {{where}}.", rng)),
                    (f"Say {word} three times.", f"{word} {word} {word}"),
                ]
            )
        ]
    )


def _on_list(rng: Random) -> Piece:
    numbers = rng.sample(range(1, 30), 3)
    items = rng.sample(words(rng.choice(["plain", "animals", "fruits", "objects", "colours"])), 3)
    start = rng.randint(1, 12)
    end = start + rng.randint(2, 8)
    line = ", ".join(items)
    return Piece(
        [
            rng.choice(
                [
                    (f"Sort these numbers: {', '.join(map(str, numbers))}", ", ".join(map(str, sorted(numbers)))),
                    (
                        f"Which number is the biggest: {listed([str(n) for n in numbers], 'or')}?",
                        f"{max(numbers)} is the biggest.",
                    ),
                    (
                        f"Which number is the smallest: {listed([str(n) for n in numbers], 'or')}?",
                        f"{min(numbers)} is the smallest.",
                    ),
                    (f"Sort these words by the alphabet: {line}", ", ".join(sorted(items))),
                    (f"Count from {start} to {end}.", ", ".join(map(str, range(start, end + 1)))),
                    (f"Count from {end} down to {start}.", ", ".join(map(str, range(end, start - 1, -1)))),
                    (f"Write as bullet points: {line}", "\n".join(f"- {item}" for item in items)),
                    (f"Make a list with a dash before each: {line}", "\n".join(f"- {item}" for item in items)),
                    (f"Number these: {line}", "\n".join(f"{i}. {item}" for i, item in enumerate(items, 1))),
                    (f"Join these with and: {line}", listed(items)),
                    (f"What is the second word of this list? {line}", items[1]),
                    (f"Turn this list around: {line}", ", ".join(reversed(items))),
                    (f"Write these with commas: {' '.join(items)}", line),
                    (f"Write one word on each line: {line}", "\n".join(items)),
                ]
            )
        ]
    )


def _lists(rng: Random) -> Piece:
    """Three members of a kind, in the form asked for."""
    name = rng.choice(
        [
            "animals",
            "fruits",
            "vegetables",
            "tools",
            "clothes",
            "vehicles",
            "flowers",
            "trees",
            "colours",
            "drinks",
            "jobs",
            "instruments",
        ]
    )
    count = rng.choice([2, 3, 3, 3, 4, 5])
    items = rng.sample(words(name), count)
    verb = rng.choice(["List", "Name", "Tell me", "Give me"])
    said = rng.choice([NUMBERS[count], str(count)])
    form, answer = rng.choice(
        [
            (" as bullet points", "\n".join(f"- {item}" for item in items)),
            (" as a numbered list", "\n".join(f"{i}. {item}" for i, item in enumerate(items, 1))),
            (", separated by commas", ", ".join(items)),
            ("", capital(listed(items)) + "."),
        ]
    )
    return Piece([(f"{verb} {said} {name}{form}.", answer)], exact=False)


def _on_grammar(rng: Random) -> Piece:
    base, third, past = (part.strip() for part in rng.choice(words("verbs")).split(":"))
    name, he, _his = person(rng)
    where, when = rng.choice(words("where")), rng.choice(words("when"))
    thing, colour = rng.choice(words("objects")), rng.choice(words("colours"))
    return Piece(
        [
            rng.choice(
                [
                    (f"Make it a question: {name} {third} {where}.", f"Does {name} {base} {where}?"),
                    (f"Turn this into a question: The {thing} is {colour}.", f"Is the {thing} {colour}?"),
                    (f"Write it in the past tense: {name} {third} {where}.", f"{name} {past} {where}."),
                    (f"Change he to she: He {third} {where}.", f"She {third} {where}."),
                    (f"Change she to he: She {third} {when}.", f"He {third} {when}."),
                    (f"Change I to we: I {base} {where}.", f"We {base} {where}."),
                    (f"Say the opposite: {name} {third} {where}.", f"{name} does not {base} {where}."),
                    (f"Say the opposite: The {thing} is {colour}.", f"The {thing} is not {colour}."),
                    (f"Put it in the future: I {base} {where}.", f"I will {base} {where}."),
                    (
                        f"Use he or she for the name: {name} {third} {where}. ({capital(he)})",
                        f"{capital(he)} {third} {where}.",
                    ),
                    (f"Correct the sentence: {small(name)} {third} {where}", f"{name} {third} {where}."),
                    (f"Write correctly: the {thing} is {colour}", f"The {thing} is {colour}."),
                    (f"Make it shorter: {name} {third} {where} and is very, very happy.", f"{name} {third} happily."),
                    (f"Say it politely: Give me the {thing}!", f"Could you please give me the {thing}?"),
                    (f"Replace {colour} with striped: The {thing} is {colour}.", f"The {thing} is striped."),
                    (f"Join the sentences: {name} {third}. {name} is happy.", f"{name} {third} and is happy."),
                ]
            )
        ]
    )


def arithmetic(rng: Random) -> Piece:
    """Sums and differences up to 20, bare or with things."""
    a, b = rng.randint(0, 10), rng.randint(0, 10)
    plus = rng.random() < 0.6
    if not plus:
        a = a + b
    result = a + b if plus else a - b
    sign, word = ("+", "plus") if plus else ("-", "minus")
    full = f"{a} {word} {b} is {result}."
    if rng.random() < 0.3 and a > 1 and b > 1:
        name, he, _his = person(rng)
        thing = rng.choice(words("objects")) + "s"
        act = f"gets {b} more" if plus else f"gives away {b}"
        return Piece(
            [
                (
                    f"{name} has {a} {thing} and {act}. How many {thing} does {he} have now?",
                    f"{capital(he)} has {result} {thing if result != 1 else thing[:-1]}: {a} {sign} {b} = {result}.",
                )
            ]
        )
    if rng.random() < 0.25:
        return Piece(
            [(rng.choice([f"{a} {sign} {b}", f"{a} {sign} {b} = ?", f"What is {a} {word} {b}?"]), str(result))],
            rng.choice(["Answer with the number alone.", "Give only the number.", "Calculate."]),
        )
    return Piece(
        [
            (
                rng.choice(
                    [
                        f"What is {a} {word} {b}?",
                        f"What is {a} {sign} {b}?",
                        f"{a} {sign} {b} = ?",
                        f"How much is {a} {word} {b}?",
                        f"Calculate {a} {sign} {b}.",
                    ]
                ),
                full,
            )
        ]
    )


def story(rng: Random) -> Piece:
    """A tiny story about the animal and the thing asked for."""
    stories = data()["stories"]
    chosen = {
        key: rng.choice(list_of(key)) for key in ("object", "adjective", "colour", "thing", "tree", "food", "pet")
    }
    chosen["animal"], chosen["other"] = rng.sample(words("animals"), 2)
    chosen |= {"name": person(rng)[0], "person": rng.choice(words("girls") + words("boys")), "place": place(rng)}
    chosen |= {"time": rng.choice(split(stories["times"])), "elder": stories["elder"]}
    plot = rng.choice(stories["plots"])
    told = " ".join(fill(rng.choice(line.split("|")), rng, chosen) for line in plot)
    return Piece([(fill(rng.choice(stories["titles"]), rng, chosen), told)])


def poem(rng: Random) -> Piece:
    """Two rhyming lines."""
    topic, lines = rng.choice(list(data()["poems"]["lines"].items()))
    ask = rng.choice(data()["poems"]["asks"]).format(topic=topic)
    verse = "\n".join(rng.choice(line.split("|")) for line in lines)
    if rng.random() < 0.25:
        return Piece(
            [(capital(topic.removeprefix("a ").removeprefix("the ")), verse)],
            "You are a poet. Write two lines about the word.",
        )
    return Piece([(ask, verse)])


def persona(rng: Random) -> Piece:
    """Somebody the system prompt describes answers about itself; what it does not tell stays unknown."""
    name, town, job = person(rng)[0], place(rng), rng.choice(words("jobs"))
    food, colour, pet = rng.choice(words("food")), rng.choice(words("colours")), rng.choice(words("pets"))
    known = [
        (
            f"Your name is {name}.",
            ("What is your name?", "Who are you?", "What are you called?"),
            f"My name is {name}.",
        ),
        (f"You live in {town}.", ("Where do you live?", "Where is your home?"), f"I live in {town}."),
        (f"You are {an(job)}.", ("What is your job?", "What do you do?"), f"I am {an(job)}."),
        (f"You like {food}.", ("What do you like to eat?", "What food do you like?"), f"I like {food}."),
        (
            f"Your favourite colour is {colour}.",
            ("What is your favourite colour?",),
            f"My favourite colour is {colour}.",
        ),
        (f"You have {an(pet)}.", ("Do you have a pet?", "Have you got a pet?"), f"Yes, I have {an(pet)}."),
    ]
    lines = [known[0], *rng.sample(known[1:], rng.randint(1, 3))]
    asked = rng.sample(lines, rng.randint(1, min(3, len(lines))))
    if rng.random() < 0.15:
        asked.append(
            (
                "",
                ("How old is your brother?", "What did you dream last night?", "What is in your bag?"),
                "I do not know that.",
            )
        )
    told = " ".join(line for line, _questions, _answer in lines)
    if rng.random() < 0.5:
        return Piece([(rng.choice(questions), answer) for _line, questions, answer in asked], told, exact=False)
    mine = {
        "Your name is": "My name is",
        "You live": "I live",
        "You are": "I am",
        "You like": "I like",
        "Your favourite": "My favourite",
        "You have": "I have",
    }
    said = told
    for yours, my in mine.items():
        said = said.replace(yours, my)
    return Piece(
        [(said, f"Nice to meet you, {name}!"), *((_turned(rng.choice(q)), _turned(a)) for _line, q, a in asked)]
    )


def _turned(text: str) -> str:
    """A question about or an answer of the model, turned into one about the user."""
    swaps = {"your": "my", "you": "I", "My": "Your", "I": "You", "am": "are", "are": "am"}
    out = " ".join(swaps.get(word, word) for word in text.split(" "))
    for wrong, right in {
        "are I": "am I",
        "Who am you?": "Who am I?",
        "Yes, You": "Yes, you",
        "You do not know that.": "I do not know that.",
        "What am I?": "What am I called?",
    }.items():
        out = out.replace(wrong, right)
    return out.replace("are you?", "am I?").replace("do you?", "do I do?")
