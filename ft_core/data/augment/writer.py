"""Who writes: a function from a conversation to the text that comes next, made from an endpoint that speaks OpenAI's protocol.

A Hugging Face Inference Provider, any server, or our own: `python -m ft_core serve RUN` answers as `base` and as `tuned` on loopback.
The starter model writes too weakly for this: hardly a row of its making passes the checks. Keys are in the request's header and
nowhere else: not in a file, a log or an error.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import httpx2
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError, InferenceTimeoutError, OfflineModeIsEnabled

from ft_core.errors import FTError
from ft_core.settings.example import Message

Writer = Callable[[Sequence[Message]], str]

_SECONDS = 120.0  # for one answer
_MAX_TOKENS = 512
_TEMPERATURE = 0.7  # another wording each time, and still to the point
_SHOWN = 300
_MODEL = re.compile(r"[\w.-]+(/[\w.-]+)?(:[\w.-]+)?")  # owner/name, with :provider behind it


def endpoint(
    url: str, model: str, key: str | None = None, seconds: float = _SECONDS, temperature: float = _TEMPERATURE
) -> Writer:
    """A server with `/chat/completions` below `url`, such as http://127.0.0.1:8000/v1. Nothing is asked yet.

    It has `seconds` for one answer. A `temperature` of 0 is for one who judges: the same answer each time.

    Raises FTError `writer.address`; the writer raises `writer.key`, `writer.credit`, `writer.model`, `writer.busy`, `writer.refused`,
    `writer.timeout`, `writer.offline`, `writer.unreachable` or `writer.answer`.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FTError(
            "writer.address",
            f"{url!r} is not the address of an endpoint.",
            "It does not begin with http:// or https:// and the name of a machine.",
            "Write the address as in --endpoint http://127.0.0.1:8000/v1.",
        )
    # Without any key the client would send this machine's own Hub token to whoever is there.
    client = InferenceClient(base_url=url.rstrip("/"), api_key=key or "none", timeout=seconds)
    return _writer(client, model, key, parts.hostname, "Set FT_API_KEY to a key of this endpoint", temperature)


def provider(
    name: str, model: str, token: str | None, seconds: float = _SECONDS, temperature: float = _TEMPERATURE
) -> Writer:
    """A Hugging Face Inference Provider by its name (`auto`: the first that has the model), paid by the token's owner.

    Raises FTError `writer.model` for what is no id of a model, `writer.key` without a token, `writer.provider` for a name that does
    not exist; the writer raises what that of `endpoint` raises.
    """
    fix = "Sign in, or set HF_TOKEN to a token that may call Inference Providers"
    if _MODEL.fullmatch(model) is None:  # the client takes an address for a model, and would send the token there
        why = f"{model!r} is no id of a model on the Hub."
        raise FTError("writer.model", "There is no such model.", why, "Write the model as owner/name.")
    if not token:
        raise FTError("writer.key", "There is no token for Inference Providers.", "You are not signed in.", f"{fix}.")
    try:
        client = InferenceClient(provider=name, token=token, timeout=seconds)  # type: ignore[arg-type]
    except ValueError as error:
        raise _no_provider(str(error)) from error
    return _writer(client, model, token, f"the provider {name}", fix, temperature)


def _writer(
    client: InferenceClient, model: str, secret: str | None, name: str, fix_key: str, temperature: float
) -> Writer:
    def write(messages: Sequence[Message]) -> str:
        try:
            answer = client.chat_completion(
                [message.as_dict() for message in messages],
                model=model,
                max_tokens=_MAX_TOKENS,
                temperature=temperature,
            )
            text = answer.choices[0].message.content
        except HfHubHTTPError as error:
            raise _refused(error, model, secret, name, fix_key) from None
        except InferenceTimeoutError:
            raise FTError(
                "writer.timeout",
                f"{model} did not answer in time.",
                f"{name} said nothing for {client.timeout:.0f} seconds.",
                "Try again later, or choose a smaller or faster model with --model.",
            ) from None
        except OfflineModeIsEnabled:
            raise FTError(
                "writer.offline",
                f"Nothing is asked of {name}.",
                "The Hub's client is told to stay offline (HF_HUB_OFFLINE), and it asks this model, too.",
                "Remove HF_HUB_OFFLINE from the environment, and start again.",
            ) from None
        except httpx2.HTTPError as error:
            raise FTError(
                "writer.unreachable",
                f"Nothing can be asked of {name}.",
                f"It does not answer ({type(error).__name__}).",
                "Check --endpoint and the connection, and that the server is running.",
            ) from None
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            # The client's own words for a body that is no answer, or a provider that does not have the model.
            raise FTError(
                "writer.answer",
                f"{name} gave no answer that can be used.",
                f"{_without(str(error), secret) or type(error).__name__}.",
                "Check --endpoint (it often ends in /v1) and --model, or choose another one.",
            ) from None
        if not isinstance(text, str):
            raise FTError(
                "writer.answer",
                f"{model} gave no text.",
                "Its answer was empty or the call of a tool.",
                "Choose another model with --model.",
            )
        return text.strip()

    return write


def _refused(error: HfHubHTTPError, model: str, secret: str | None, name: str, fix_key: str) -> FTError:
    status = error.response.status_code
    said = _without(error.response.text, secret)
    why = f"{name} answered {status}{f': {said}' if said else ''}."
    if status in (401, 403):
        return FTError("writer.key", f"{name} does not accept the key.", why, f"{fix_key}, then try again.")
    if status == 402:
        return FTError(
            "writer.credit",
            f"There is no credit left with {name}.",
            why,
            "Add credit to the account, or choose another --provider or --endpoint.",
        )
    if status == 404:
        return FTError(
            "writer.model",
            f"{name} has no model {model}.",
            why,
            "Check --model and --endpoint: the address often ends in /v1.",
        )
    if status == 429:
        return FTError(
            "writer.busy",
            f"{name} wants fewer requests.",
            why,
            "Wait a minute and run the same command again: the rows that are there are kept, and new ones are added.",
        )
    if status >= 500:
        return FTError("writer.busy", f"{name} cannot answer now.", why, "Try again later, or choose another --model.")
    return FTError(
        "writer.refused", f"{name} did not take the request.", why, "Check --model, or choose another --endpoint."
    )


def _no_provider(said: str) -> FTError:
    return FTError(
        "writer.provider",
        "There is no such Inference Provider.",
        f"{said[:_SHOWN].rstrip('.')}.",
        "Choose one of these with --provider; auto takes the first that has the model.",
    )


def _without(text: str, secret: str | None) -> str:
    """A stranger's words in short, and never with the key in them."""
    text = " ".join((text.replace(secret, "***") if secret else text).split())
    return text[:_SHOWN].rstrip(".")
