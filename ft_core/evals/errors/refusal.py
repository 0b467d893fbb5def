"""Refusal: the model declines to answer, where the right answer does not."""

import re

from ft_core.evals.errors.material import Answers, Check, Found, Material, short

_READ = 300  # characters: who refuses does so at once
# What an assistant says it cannot do. "I cannot find your parcel" is no refusal.
_DEEDS = (
    "help(?! but)|assist|answer|provide|comply|fulfil|fulfill|do (?:that|this|so)|discuss|engage|create|generate|write|give|offer|share|support|"
    "complete|continue|respond|perform|process|participate|recommend|produce|tell you|talk about|retrieve|"
    "summari[sz]e|translate|browse|predict"
)
_NOT = (
    r"(?:can ?not|can't|will not|won't|must not|(?:am|'m) (?:not able|unable|not allowed|not permitted|not going) to|"
    r"(?:will not|won't) be able to|do not have the ability to|don't have the ability to)"
)
_AI = r"(?:AI|artificial intelligence|(?:large )?language model|virtual assistant)"
_PATTERNS = (
    rf"\bI ?{_NOT} (?:\w+ ){{0,2}}?(?:{_DEEDS})\b",
    rf"\b(?:something|anything|a (?:topic|subject|question|request)) (?:that |which )?I (?:{_NOT}|can) (?:{_DEEDS})\b",
    rf"\b(?:sorry|apologi[sz]e|apologies|afraid|unfortunately)\b[^.!?]{{0,30}}\b(?:I ?{_NOT}|(?:not|n't) (?:something|a \w+) (?:that )?I)\b",
    # "As an AI, I am happy to help" goes on to answer.
    rf"\b(?:as|I am|I'm)(?: just| only)? an? (?:\w+ )?{_AI}\b[^.!?]{{0,100}}?\b(?:not|\w+n't|cannot|unable|no (?:way|access|opinion|opinions|feelings))\b",
    r"\bI (?:have to|must|need to|will have to|would rather) (?:respectfully |politely )?(?:decline|refuse|refrain)\b",
    r"\bI (?:do not|don't|would not|wouldn't) feel (?:comfortable|right)\b|\bI(?:'m| am) (?:not comfortable|not programmed|not designed|not trained)\b",
    r"\bI (?:respectfully |politely )?(?:decline|refuse) to\b|\bI (?:have to|must|will) pass on\b",
    r"\bI(?:'d| would) (?:prefer|rather) not\b|\b(?:beyond|outside(?: of)?) what I (?:can|am able to)\b",
    r"\bI (?:can ?not|can't|will not|won't) (?:in good conscience|and (?:will|must|can) ?not)\b",
    r"\b(?:guidelines|policy|policies|programming|rules) (?:do not|don't|does not|doesn't|prevents?|prohibits?|forbids?)\b",
    r"\b(?:violates?|violating|against) (?:my|our|the) (?:\w+ )?(?:guidelines|policy|policies|programming|rules)\b",
    r"\b(?:is|would be|'s) not (?:appropriate|ethical) (?:for me )?to\b",
    r"\b(?:this|that|your|the) (?:request|question) (?:can ?not|can't) be (?:answered|fulfilled|processed)\b",
    r"\bIch kann (?:dir |Ihnen |euch )?(?:dabei|damit|darauf|dazu|hierbei|das|diese Frage|diese Anfrage|keine)\b.{0,40}\b(?:nicht|helfen|geben|beantworten)\b",
    r"\bJe ne (?:peux|suis) pas (?:en mesure de |capable de |vous |t')?\w*(?:aider|répondre|fournir|faire cela)\b",
    r"\bNo puedo (?:ayudar|responder|proporcionar|hacer eso|cumplir)\w*\b",
    r"\bNon posso (?:aiutar|risponder|fornire|farlo)\w*\b",
    r"\bNão posso (?:ajudar|responder|fornecer|fazer isso)\w*\b",
    r"\bIk kan (?:je |u |daar |hier )?(?:\w+ )?niet (?:bij |mee |op )?(?:helpen|antwoorden|beantwoorden)\b",
)
# Every refusal has one of these; to look for them first is quicker.
_NEEDED = (
    "not", "n't", "unable", "declin", "refus", "refrain", "pass on", "beyond", "outside", "prevent", "prohibit", "forbid", "violat",
    "against", "something", "anything", "a topic", "a subject", "a question", "a request", "no way", "no access", "no opinion", "no feeling",
    "nicht", "helfen", "geben", "beantworten", "je ne", "puedo", "posso", "niet",
)  # fmt: skip
_REFUSES = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)


def _find(material: Material, answers: Answers) -> Found:
    found = {}
    for place, text in enumerate(answers.texts):
        match = _refuses(text)
        if match and (answers.right or not _refuses(material.expected[place])):
            found[place] = short(match[0])
    return found


def _refuses(text: str) -> re.Match[str] | None:
    text = text[:_READ].replace("’", "'")
    lowered = text.lower()
    return _REFUSES.search(text) if any(map(lowered.__contains__, _NEEDED)) else None


REFUSAL = Check(
    "refusal",
    "Refuses",
    "It declines to answer, in words known for that (English, German, French, Spanish, Italian, Portuguese, Dutch); the right answer does not.",
    _find,
    labels=True,
)
