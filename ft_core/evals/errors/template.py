"""Leaked template: marks that part the turns of a chat, or end a text, stand in the answer."""

import re

from ft_core.evals.errors.material import Answers, Check, Found, Material, short

# Of ChatML, Llama 2 and 3, Gemma, Mistral, Phi, DeepSeek, T5, BERT, Alpaca and Vicuna. A bare "User:" counts at the start of a line only.
_MARK = re.compile(
    r"<[|｜][\w▁ /-]{1,40}[|｜]>"
    r"|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<end_of_utterance>|\[/?(?:AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]"
    r"|<(?:bos|eos|pad|unk|mask)>|\[(?:PAD|UNK|CLS|SEP|MASK)\]|<extra_id_\d+>"
    r"|^#{2,3} ?(?:Instruction|Response|Input|Human|Assistant|User|System):?[ \t]*$"
    r"|^(?:USER|ASSISTANT|HUMAN|SYSTEM|User|Assistant|Human|System|user|assistant|human|system): ",
    re.MULTILINE,
)


def _find(material: Material, answers: Answers) -> Found:
    """Answers with a mark that neither the right answer nor the prompt has."""
    found = {}
    for place, text in enumerate(answers.texts):
        marks = set(_MARK.findall(text)) if any(map(text.__contains__, "<[#:")) else set()
        if marks and not answers.right:
            marks -= set(_MARK.findall(material.expected[place])) | set(_MARK.findall(material.prompts[place]))
        if marks:
            found[place] = short(" ".join(sorted(mark.strip() for mark in marks)))
    return found


TEMPLATE = Check(
    "template",
    "Leaked template",
    "Marks that part the turns of a chat, such as <|im_end|> or [INST], stand in the answer.",
    _find,
    labels=True,
)
