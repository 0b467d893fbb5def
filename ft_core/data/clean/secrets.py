"""Secrets: keys, tokens and passwords by which somebody could get in. Only forms that are unmistakable; ordinary ids stay."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import cast

from ft_core.data.clean.step import Found, Step, mend
from ft_core.settings.example import Example

MASK = "[secret]"
# What every secret has, so that nearly all texts are done with after one look: a long run without a space, and in it the start of a
# known form or one still longer run.
_LONG = re.compile(r"[!-~]{20}|PRIVATE KEY|://")
_LONGER = re.compile(r"[\w:.-]{34}|://[^\s/@]+:[^\s/@]+@")
_STARTS = (
    "eyJ", "hf_", "sk-", "sk_", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "glft-", "glsoat-",
    "glrt-", "glcbt-", "glimt-", "glptt-", "GR1348941", "npm_", "pypi-", "xox", "hooks.slack", "SG.", "sq0", "AIza", "PRIVATE",
    "AccountKey=", "AKIA", "ASIA", "ABIA", "ACCA", "A3T", "aws", "AWS",
)  # fmt: skip
_KEY = "[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
# Forms that detect-secrets 1.5 does not know, knows only in part, or finds in the middle of words.
_MORE = (
    rf"-----BEGIN {_KEY}[\s\S]*?(?:-----END {_KEY}|\Z)",
    r"(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}(?:\.[\w-]*)?",
    r"\bhf_[A-Za-z0-9]{30,}\b",
    r"(?<![\w-])sk-(?=[\w-]*\d)[\w-]*[A-Za-z0-9]{20}[\w-]*",
    r"\bsk_(?:live|test)_[0-9A-Za-z]{24,}",
    r"\bgithub_pat_\w{60,}",
    r"\bnpm_[0-9A-Za-z]{36}\b",
    r"\bAIza[\w-]{35}",
    r"\b(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}\b",
)


def hide(text: str, mask: Callable[[str], str] = lambda secret: MASK) -> str:
    """The text with what `mask` makes of each secret in its place; the same text where there is none."""
    if not (_LONG.search(text) and (any(start in text for start in _STARTS) or _LONGER.search(text))):
        return text
    whole, inner = _patterns()
    for pattern in whole:
        text = pattern.sub(lambda match: mask(match[0]), text)
    for pattern in inner:
        text = pattern.sub(lambda match: _inner_masked(match, mask), text)
    return text


def _inner_masked(match: re.Match[str], mask: Callable[[str], str]) -> str:
    """Of `//user:password@` the password alone is the secret: what the pattern's group holds."""
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    return match[0][:start] + mask(match[1]) + match[0][end:]


@cache
def _patterns() -> tuple[list[re.Pattern[str]], list[re.Pattern[str]]]:
    """Those that match a secret, private keys first as these may hold what looks like another; and those that hold one as their group 1.

    Of detect-secrets' plugins those with an unmistakable form: no guesses by entropy, by the name of a variable, or of short ids.
    """
    # Here, because it brings an HTTP client along, and most data has no need of it.
    from detect_secrets.plugins import (
        aws,
        azure_storage_key,
        basic_auth,
        discord,
        github_token,
        gitlab_token,
        mailchimp,
        pypi_token,
        sendgrid,
        slack,
        square_oauth,
        stripe,
        telegram_token,
        twilio,
    )

    detectors = (
        azure_storage_key.AzureStorageKeyDetector,
        discord.DiscordBotTokenDetector,
        github_token.GitHubTokenDetector,
        gitlab_token.GitLabTokenDetector,
        mailchimp.MailchimpDetector,
        pypi_token.PypiTokenDetector,
        sendgrid.SendGridDetector,
        slack.SlackDetector,
        square_oauth.SquareOAuthDetector,
        stripe.StripeDetector,
        telegram_token.TelegramBotTokenDetector,
        twilio.TwilioKeyDetector,
    )
    whole = [re.compile(pattern) for pattern in _MORE]
    whole += [pattern for detector in detectors for pattern in _forms(detector.denylist)]
    return whole, [*_forms(basic_auth.BasicAuthDetector.denylist), _forms(aws.AWSKeyDetector.denylist)[1]]


def _forms(denylist: object) -> Sequence[re.Pattern[str]]:
    return cast("Sequence[re.Pattern[str]]", denylist)  # declared as a property, given as a list


def find(examples: Sequence[Example]) -> Found:
    """Messages with secrets, and what they are with words in their place."""
    return mend(examples, lambda message: hide(message.content), calls=True)


STEP = Step(
    "Keys and passwords",
    "A model repeats what it has learnt, to anybody who asks: keys, tokens and passwords do not belong in it.",
    {"mask": f"{MASK} is written in their place", "drop": "These rows are left out"},
    find,
)
