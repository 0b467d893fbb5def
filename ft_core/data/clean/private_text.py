"""Private data in a text: e-mail addresses, phone, card and account numbers. Sure ones only: order numbers, dates and prices stay."""

import ipaddress
import re
from collections.abc import Callable

import phonenumbers
from phonenumbers import NumberParseException

# Kind -> (one of them, several), as people are told. The mask is the kind in brackets.
KINDS = {
    "e-mail": ("e-mail address", "e-mail addresses"),
    "phone number": ("phone number", "phone numbers"),
    "card number": ("card number", "card numbers"),
    "bank account": ("bank account", "bank accounts"),
    "social security number": ("social security number", "social security numbers"),
    "IP address": ("IP address", "IP addresses"),
}

Mask = Callable[[str, str], str]  # (kind, what was found) -> what stands in its place

# Every kind but e-mails has seven digits near one another.
_SEVEN = re.compile(r"\d(?:[ ()./-]{0,3}\d){6}")
_FILE = "png|jpe?g|gif|svg|webp|pdf|zip|js|ts|css|py|json|html?"
_EMAIL = re.compile(
    rf"(?<![\w.+%-])(?!git@)[\w.+%-]{{1,64}}@(?:[\w-]{{1,63}}\.)+(?!(?:{_FILE})\b)[^\W\d_]{{2,24}}(?![\w@-])"
)
# Characters of each country's account number (SWIFT's registry of IBAN formats).
_IBAN_LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH CR HR LI LV",
    22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
_IBAN_LIKE = re.compile(r"\b[A-Z]{2}\d\d(?: ?[0-9A-Z]){11}")
_IBAN = re.compile(
    r"\b(?:"
    + "|".join(
        rf"(?:{codes.replace(' ', '|')})\d\d(?: ?[0-9A-Z]){{{length - 4}}}" for length, codes in _IBAN_LENGTHS.items()
    )
    + r")\b"
)
_CARD = re.compile(
    r"(?<![\w./=&?%+-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{4,5}|\d{13,16}|\d{19})(?![\w%]|[.-]\d)"
)
_ISSUER = re.compile(r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7]|35|6[045])\d{14}|3[47]\d{13}|3[068]\d{12}")
_SOCIAL_SECURITY = re.compile(r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w.-]*\d)")
_IP = re.compile(r"(?<![\w.:/-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_VERSION = re.compile(r"(?:version|release|build|section|chapter|v)\W{0,3}$", re.IGNORECASE)
# Phone numbers. Written with + they are plain to see; in groups of digits as a country writes them, nearly so; others need a word.
_INTERNATIONAL = re.compile(r"(?<![\w+)\]=])\+(?=[\d(])\(?\d(?:[ ()./-]{0,3}\d){6,24}(?![\w€%])")
_GROUPED = re.compile(
    r"(?<![\w.,+#$€£/=&-])(?:"
    r"(?:1[ .-])?(?:\([2-9]\d\d\)[ -]?\d{3}[ .-]?\d{4}|[2-9]\d\d([.-])\d{3}\1\d{4})"  # North America
    r"|\(?0\d{1,5}\)?(?:[ ./-]{1,3}\d{2,8}){1,5}"  # with the 0 of a trunk call, or 00 and the country
    r")(?![\w€%]|[.,/-]\d)"
)
_PLAIN = re.compile(r"(?<![\w.,+#$€£/=&])\(?\d(?:[ ().-]{0,2}\d){6,12}(?![\w€%]|[.,/-]\d)")
_WORDS = "phone|telephone|tel|telefon|téléphone|tél|teléfono|telefone|mobile|mobil|móvil|cell|cellphone|handy|fax|hotline|helpline|whatsapp"
# Words that may stand between such a word and its number, as in "phone number is" and "call us on".
_BETWEEN = r"(?:\W{1,3}(?:number|no|nr|num|is|was|it|on|at|to|me|us|him|her|them|my|the|now|free|or|under|unter|mich|uns|au|al))*\W{0,4}$"
_WORD_BEFORE = re.compile(
    rf"\b(?:(?P<sure>{_WORDS}|my number is|reach me (?:at|on))|call|dial|ring|text|txt|sms|contact)\b{_BETWEEN}",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:order|invoice|ticket|ref|reference|case|tracking|booking|account|serial|item|id|code|amount|bestell\w*|kunden\w*)\b"
    rf"{_BETWEEN}|#\W?$|(?-i:\b[A-Z0-9]*(?:[A-Z]\d|\d[A-Z])[A-Z0-9]* $))",
    re.IGNORECASE,
)
_DATE = re.compile(r"\(?\d{1,4}([./-])\d{1,2}\1\d{1,4}(?:\D|$)")
_REGIONS = ("DE", "GB", "FR", "US", "IT", "ES", "NL", "BE", "CH", "AT", "AU", "IN", "JP", "ZA", "SE")
_WORD_REGIONS = ("GB", "US", "FR", "AU", "IN", "NL")  # whose rules are narrow enough for digits in any groups
_PLAIN_REGIONS = ("GB", "FR")  # and for those that stand alone


def hide(text: str, mask: Mask) -> str:
    """The text with what `mask` makes of each piece of private data in its place; the same text where there is none."""
    if "@" in text:
        text = _EMAIL.sub(lambda match: mask("e-mail", match[0]), text)
    if not _SEVEN.search(text):
        return text
    if _IBAN_LIKE.search(text):
        text = _IBAN.sub(lambda match: mask("bank account", match[0]) if _is_iban(match[0]) else match[0], text)
    text = _CARD.sub(lambda match: mask("card number", match[0]) if _is_card(match[0]) else match[0], text)
    text = _SOCIAL_SECURITY.sub(lambda match: mask("social security number", match[0]), text)
    text = _IP.sub(lambda match: mask("IP address", match[0]) if _is_public(match) else match[0], text)
    return _without_phones(text, mask)


def _without_phones(text: str, mask: Mask) -> str:
    if "+" in text:
        text = _INTERNATIONAL.sub(lambda match: _with_country(match[0], mask), text)
    text = _GROUPED.sub(lambda match: mask("phone number", match[0]) if _is_grouped(match) else match[0], text)
    return _PLAIN.sub(lambda match: mask("phone number", match[0]) if _is_plain(match) else match[0], text)


def _with_country(number: str, mask: Mask) -> str:
    """What begins with + up to where it is as long as its country's numbers are; digits that follow are something else."""
    end = len(number)
    while end > 0:
        try:
            if phonenumbers.is_possible_number(phonenumbers.parse(number[:end])):
                return mask("phone number", number[:end]) + number[end:]
        except NumberParseException:
            return number
        end = max(number.rfind(separator, 0, end) for separator in " ()./-")
    return number


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_iban(text: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters as 10 to 35, leave 1 when divided by 97."""
    plain = text.replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """A known issuer's number whose last digit is right (Luhn, ISO/IEC 7812-1)."""
    number = _digits(text)
    if not _ISSUER.fullmatch(number) or len(set(number)) == 1:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _is_public(match: re.Match[str]) -> bool:
    """An address that is somebody's: none of a local network or of documentation, and no version number."""
    if len(_digits(match[0])) < 7 or _VERSION.search(match.string[max(0, match.start() - 12) : match.start()]):
        return False
    try:
        return ipaddress.ip_address(match[0]).is_global
    except ValueError:
        return False


def _is_grouped(match: re.Match[str]) -> bool:
    number = match[0]
    before = match.string[max(0, match.start() - 30) : match.start()]
    if _DATE.match(number) or _OTHER_NUMBER.search(before):
        return False
    if not number.startswith(("0", "(0")):
        return True
    count = len(_digits(number))
    return 9 <= count <= 15 and (
        _valid("+" + _digits(number)[2:], ()) if number.startswith("00") else _valid(number, _REGIONS)
    )


def _is_plain(match: re.Match[str]) -> bool:
    """Digits in any groups after a word such as phone; after one such as call only what a country gives out, and so without any word."""
    number = match[0]
    before = match.string[max(0, match.start() - 45) : match.start()]
    if _DATE.match(number) or _OTHER_NUMBER.search(before):
        return False
    word = _WORD_BEFORE.search(before)
    if word is None:
        return number.isdecimal() and number[0] == "0" and _valid(number, _PLAIN_REGIONS)
    return bool(word["sure"]) or _valid(number, _WORD_REGIONS)


def _valid(number: str, regions: tuple[str, ...]) -> bool:
    """True for a number that one of the regions gives out, or that its country does when it begins with +."""
    for region in regions or (None,):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, region)):
                return True
        except NumberParseException:
            continue
    return False
