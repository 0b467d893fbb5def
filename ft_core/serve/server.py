"""An OpenAI-compatible server on this machine alone. Its models are `tuned` and `base`; it ends when nobody has asked for a while."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast, get_args

import uvicorn
from jinja2 import TemplateError
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ft_core.errors import FTError
from ft_core.generate import Stopped
from ft_core.jobs import Progress
from ft_core.run import Run
from ft_core.serve import wire
from ft_core.serve.engine import Count, Engine, Sampling, Which

HOST = "127.0.0.1"
IDLE_SECONDS = 900.0


@dataclass
class Activity:
    """Answers at work, answers begun, when the last one ended (monotonic seconds), and whether the server is ending."""

    active: int = 0
    begun: int = 0
    last: float = field(default_factory=time.monotonic)
    closing: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Counts one answer. Only the event loop's thread comes here."""
        self.active += 1
        self.begun += 1
        try:
            yield
        finally:
            self.active -= 1
            self.last = time.monotonic()


@dataclass(frozen=True)
class Service:
    """What the routes share."""

    engine: Engine
    activity: Activity

    async def health(self, _request: Request) -> Response:
        """GET /health. Not counted as use."""
        return JSONResponse({"status": "ok", "active": self.activity.active})

    async def models(self, _request: Request) -> Response:
        """GET /v1/models."""
        return JSONResponse(
            {
                "object": "list",
                "data": [
                    {"id": name, "object": "model", "created": 0, "owned_by": "local"} for name in get_args(Which)
                ],
            }
        )

    async def chat(self, request: Request) -> Response:
        """POST /v1/chat/completions: 400 for a bad request, 404 for another model, 503 when the server is ending."""
        try:
            asked = wire.ChatRequest.model_validate_json(await request.body())
        except ValidationError as problem:
            return JSONResponse(wire.validation_error(problem), 400)
        if asked.model not in get_args(Which):
            return JSONResponse(
                wire.error(f"There is no model {asked.model!r}: use base or tuned.", "model_not_found", "model"), 404
            )
        try:
            prompt_tokens = self.engine.prompt_tokens(asked.conversation())
        except TemplateError as problem:
            return JSONResponse(
                wire.error(f"The model's chat template refuses these messages: {problem}", "invalid_value", "messages"),
                400,
            )
        if asked.messages[-1].role == "assistant":
            return JSONResponse(wire.error("The last message must be one to answer.", "invalid_value", "messages"), 400)
        if prompt_tokens >= self.engine.context:
            why = f"The messages are {prompt_tokens} tokens; the model reads at most {self.engine.context - 1}. Shorten them."
            return JSONResponse(wire.error(why, "context_length_exceeded", "messages"), 400)
        if asked.stream:
            return StreamingResponse(
                self._events(asked, prompt_tokens),
                media_type="text/event-stream",
                headers={"Cache-Control": "no-store"},
            )
        return await self._whole(request, asked, prompt_tokens)

    async def _whole(self, request: Request, asked: wire.ChatRequest, prompt_tokens: int) -> Response:
        which, sampling, text, count = cast(Which, asked.model), asked.sampling(), "", Count()
        pieces = self._pieces(which, asked, sampling, count)
        try:
            async for piece in pieces:
                text += piece
                if await request.is_disconnected():
                    break
        except (Stopped, RuntimeError) as problem:
            return JSONResponse(_failure(problem), 503 if isinstance(problem, Stopped) else 500)
        finally:
            await pieces.aclose()
        return JSONResponse(
            wire.completion(
                which, text, self._finish(prompt_tokens, count, sampling), wire.usage(prompt_tokens, count.tokens)
            )
        )

    async def _events(self, asked: wire.ChatRequest, prompt_tokens: int) -> AsyncIterator[str]:
        which, sampling, count, identity = cast(Which, asked.model), asked.sampling(), Count(), wire.new_id()
        pieces = self._pieces(which, asked, sampling, count)
        yield wire.event(wire.chunk(identity, which, {"role": "assistant", "content": ""}))
        try:
            async for piece in pieces:
                yield wire.event(wire.chunk(identity, which, {"content": piece}))
        except (Stopped, RuntimeError) as problem:
            yield wire.event(_failure(problem))
            return
        finally:
            await pieces.aclose()
        yield wire.event(wire.chunk(identity, which, {}, self._finish(prompt_tokens, count, sampling)))
        if asked.stream_options and asked.stream_options.include_usage:
            yield wire.event(
                wire.chunk(identity, which, {}) | {"choices": [], "usage": wire.usage(prompt_tokens, count.tokens)}
            )
        yield "data: [DONE]\n\n"

    async def _pieces(
        self, which: Which, asked: wire.ChatRequest, sampling: Sampling, count: Count
    ) -> AsyncGenerator[str, None]:
        """The engine's pieces, made in one thread of their own. Closing this (the client has gone) stops the thread after its token."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        gone = threading.Event()

        def should_stop() -> bool:
            return gone.is_set() or self.activity.closing.is_set()

        def produce() -> None:
            try:
                for piece in self.engine.chat(which, asked.conversation(), sampling, should_stop, count):
                    loop.call_soon_threadsafe(queue.put_nowait, piece)
            finally:
                loop.call_soon_threadsafe(queue.put_nowait, None)

        with self.activity.answering():
            work = loop.run_in_executor(None, produce)
            try:
                while (piece := await queue.get()) is not None:
                    yield piece
                await work
            finally:
                gone.set()
                if not work.done():
                    work.add_done_callback(lambda done: done.exception())  # nobody is left to hear that it stopped

    def _finish(self, prompt_tokens: int, count: Count, sampling: Sampling) -> str:
        """`length` when no more tokens were allowed, else `stop`."""
        return "length" if count.tokens >= min(sampling.max_new_tokens, self.engine.context - prompt_tokens) else "stop"


def _failure(problem: Stopped | RuntimeError) -> dict[str, Any]:
    """A torch error (out of memory, most likely), or the end of the server, in the middle of an answer."""
    if isinstance(problem, Stopped):
        return wire.error("The server is ending.", "server_ending")
    return wire.error(f"The model could not answer: {str(problem).splitlines()[0]}", "server_error")


def application(engine: Engine, activity: Activity) -> Starlette:
    """The web application. Requests under another host name are refused: a web page must not reach it by pointing a name at this machine."""
    service = Service(engine, activity)
    routes = [
        Route("/health", service.health),
        Route("/v1/models", service.models),
        Route("/v1/chat/completions", service.chat, methods=["POST"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])])


def serve(
    run: Run,
    progress: Progress,
    on_ready: Callable[[int], None],
    port: int = 0,
    idle_seconds: float = IDLE_SECONDS,
    should_stop: Callable[[], bool] | None = None,
    token: str | None = None,
) -> None:
    """Load the run's model and answer on 127.0.0.1 until nobody has asked for `idle_seconds`, or `should_stop()`.

    `on_ready(port)` is called once requests are taken; port 0 takes any free one. `token` is for gated Hub models.
    Raises FTError `serve.port`, `run.no_adapter`, `model.*`.
    """
    listener = _listen(port)
    with listener:
        progress(0, 0, "loading the model")
        engine, activity = Engine.load(run, token), Activity()
        config = uvicorn.Config(
            application(engine, activity),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)

        async def work() -> None:
            watcher = asyncio.create_task(
                _watch(
                    server, activity, idle_seconds, should_stop, progress, lambda: on_ready(listener.getsockname()[1])
                )
            )
            await server.serve(sockets=[listener])
            activity.closing.set()
            await watcher

        asyncio.run(work())


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise FTError(
            "serve.port",
            f"Port {port} cannot be used.",
            f"{error.strerror}.",
            "Choose another one with `--port`, or 0 for any free one.",
        ) from error
    return listener


async def _watch(
    server: uvicorn.Server,
    activity: Activity,
    idle_seconds: float,
    should_stop: Callable[[], bool] | None,
    progress: Progress,
    ready: Callable[[], None],
) -> None:
    """Say when the server is ready, then look four times a second whether it should end; a signal sets `should_exit` too."""
    while not server.started and not server.should_exit:
        await asyncio.sleep(0.02)
    if server.started:
        ready()
        progress(0, 0, "ready")
    while not server.should_exit:
        idle = activity.active == 0 and time.monotonic() - activity.last > idle_seconds
        server.should_exit = idle or (should_stop is not None and should_stop())
        await asyncio.sleep(0.25)
    activity.closing.set()
