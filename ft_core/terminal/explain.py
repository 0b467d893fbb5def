"""An explanation on the terminal."""

import math

from rich.table import Column

from ft_core.terminal.answer import Result
from ft_core.terminal.tables import inert, new_table, print_table


def show_explanation(result: Result) -> None:
    """The sentence, the words by what they add to the answer, each token of the answer, and what such numbers cannot tell."""
    print(f"Prompt:   {inert(result['prompt'])}\nAnswer:   {inert(result['answer'])}\n\n{inert(result['sentence'])}")
    words = new_table(
        "word", *(Column(name, justify="right", no_wrap=True) for name in ("tuned (nats)", "base (nats)"))
    )
    for (text, tuned), (_, base) in zip(result["tuned"]["words"], result["base"]["words"], strict=True):
        words.add_row(inert(text.strip()), f"{tuned:+.2f}", f"{base:+.2f}")
    print_table(words)
    tokens = new_table(
        "token of the answer", *(Column(name, justify="right") for name in ("base", "tuned")), "base's likeliest"
    )
    for one in result["tokens"]:
        percent = [f"{100 * math.exp(one[who]):.1f} %" for who in ("base", "tuned")]
        tokens.add_row(inert(one["token"]), *percent, inert(one["base_top"][0][0]))
    print_table(tokens)
    for note in result["notes"]:
        print(f"- {note}")
