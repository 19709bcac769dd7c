"""Every feature as a judge sees it: what is asked through a client, and what must come out."""

import asyncio
import base64
import gc
import json
import re
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Literal
from urllib.request import Request, urlopen

from tests.clients.client import CITY, Client, ClientError, ClientResult

PNG: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF: Final = base64.b64encode(b"%PDF-1.4\n% one page, and nothing on it\n%%EOF\n").decode()
_SECONDS: Final = 120
_AT_ONCE: Final = 8
_TWENTY: Final = 20
_PLACE: Final = re.compile(r"([a-z_]+(?:\.[a-z_0-9]+)*): ")

_WEATHER: Final = {
    "name": "weather",
    "description": "The weather in a town.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
_CLOCK: Final = {
    "name": "clock",
    "description": "The time of day in a time zone.",
    "parameters": {
        "type": "object",
        "properties": {"zone": {"type": "string"}},
        "required": ["zone"],
        "additionalProperties": False,
    },
}
_TOOLS: Final = {"tools": [_WEATHER, _CLOCK], "results": {"weather": "rain", "clock": "noon"}}
_CALLED_WEATHER: Final = {"name": "weather", "arguments": {"city": "Oslo"}}
_CALLED_CLOCK: Final = {"name": "clock", "arguments": {"zone": "Europe/Oslo"}}
_WEATHER_WORDS: Final = 'call weather {"city": "Oslo"}'
_CLOCK_WORDS: Final = 'call clock {"zone": "Europe/Oslo"}'
_NUMBERS: Final = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A provider that the sandbox plays, with the names under which its models are registered here.

    `thoughts` says when it tells what it thinks: always, only when a client asks to be shown it (which Chat Completions
    has no field for), or never. `handed_back` is the field in its own protocol that shows that
    thoughts came back to it, none where it wants none back. `errors` are models of accounts that go wrong.
    """

    name: str
    provider: str
    chat: str
    sees: str
    thinks: str | None
    embeds: str | None
    thoughts: Literal["always", "asked", "never"]
    handed_back: str | None
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A served Modelbook, with providers whose keys are those of the sandbox."""

    url: str
    token: str
    sandbox: str
    upstreams: tuple[Upstream, ...]

    async def received(self, words: str) -> list[dict[str, Any]]:
        """Return the requests in which the sandbox was sent these words, oldest first."""
        text = await asyncio.to_thread(_call, "GET", f"{self.sandbox}/_sandbox/requests")
        requests: list[dict[str, Any]] = json.loads(text)["requests"]
        quoted = json.dumps(words)[1:-1]
        return [request for request in requests if quoted in json.dumps(request["json"])]

    async def forget(self) -> None:
        """Let the sandbox forget what it was sent."""
        await asyncio.to_thread(_call, "DELETE", f"{self.sandbox}/_sandbox/requests")

    async def spoil(self, **fault: object) -> None:
        """Let the sandbox do something wrong."""
        await asyncio.to_thread(_call, "POST", f"{self.sandbox}/_sandbox/faults", fault)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """How one feature went: `passed`, `refused: <the field>`, `lost: <what the client dropped>`, or `FAILED: <why>`."""

    client: str
    api: str
    upstream: str
    feature: str
    outcome: str


async def judge(client: Client, setting: Setting, features: Sequence[str] = ()) -> list[Cell]:
    """Put a client through its features at every upstream."""
    await setting.forget()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def cell(upstream: Upstream, feature: str) -> Cell | None:
        async with gate:
            outcome = await _outcome(client, setting, upstream, feature)
        if outcome is None:
            return None
        return Cell(client.name, client.api, upstream.name, feature, outcome)

    def group(*, alone: bool) -> list[tuple[Upstream, str]]:
        wanted = [feature for feature in features or FEATURES if (feature in _ALONE) is alone]
        return [(upstream, feature) for upstream in setting.upstreams for feature in wanted]

    cells = await asyncio.gather(*(cell(*each) for each in group(alone=False)))
    with _collected_here():
        cells += [await cell(*each) for each in group(alone=True)]
    # What was left half-read is closed by the loop, now that it was found.
    await asyncio.sleep(0.05)
    return [each for each in cells if each is not None]


@contextmanager
def _collected_here() -> Iterator[None]:
    """Let nobody else collect what clients leave half-read: closed in another thread, sockets are mixed up."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


async def _outcome(client: Client, setting: Setting, upstream: Upstream, feature: str) -> str | None:
    """Return how it went; None where the client or the upstream has no such thing."""
    trial = _Trial(client, setting, upstream)
    try:
        async with asyncio.timeout(_SECONDS):
            await FEATURES[feature](trial)
    except NoSuchThing:
        return None
    except Lost as lost:
        return f"lost: {lost}"
    except ClientError as error:
        field_name = refused_field(error)
        return f"refused: {field_name}" if field_name else f"FAILED: {error}"
    except Exception as error:  # noqa: BLE001 - whatever a client does wrong is an outcome
        at = traceback.extract_tb(error.__traceback__)[-1]
        return f"FAILED: {type(error).__name__}: {error} ({at.filename.rsplit('/', 1)[-1]}:{at.lineno}: {at.line})"
    return "passed"


def refused_field(error: ClientError) -> str | None:
    """Return what of the request was refused, by the client's name of it; none where it was no such refusal."""
    if error.status == 404 and "count" in error.message:
        return "count_tokens"
    if error.status != 400:
        return None
    if "The provider answered" in error.message:
        return "by the provider"
    if error.code in {"invalid_value", "unsupported_parameter"}:
        return error.param
    place = _PLACE.match(error.message)
    return place[1] if place and error.code == "invalid_request_error" else None


class Lost(Exception):
    """All went well, but for what the client should have shown or handed back."""


class NoSuchThing(Exception):
    """The client has no such feature, or the provider has no model for it."""


@dataclass(slots=True)
class _Trial:
    client: Client
    setting: Setting
    upstream: Upstream

    async def run(self, operation: str, model: str | None, **arguments: object) -> ClientResult:
        if operation not in self.client.operations or model is None:
            raise NoSuchThing
        return await self.client.run(operation, model=model, **arguments)


def equal(found: object, expected: object) -> None:
    assert found == expected, f"{found!r} instead of {expected!r}"


def _said(text: str) -> str:
    return f"You said “{text}” ({len(text.split())} words)."


async def _chat(trial: _Trial) -> None:
    result = await trial.run("chat", trial.upstream.chat, text="Hello there")
    equal((result["text"], result["finish"]), (_said("Hello there"), "stop"))
    assert all(tokens > 0 for tokens in result["tokens"]), result["tokens"]


async def _stream(trial: _Trial) -> None:
    result = await trial.run("stream", trial.upstream.chat, text="Hello there")
    equal((result["text"], result["finish"]), (_said("Hello there"), "stop"))
    assert all(tokens > 0 for tokens in result["tokens"]), result["tokens"]


async def _tools(trial: _Trial, *, is_streamed: bool = False) -> None:
    result = await trial.run(
        "tools",
        trial.upstream.chat,
        text=f"{_WEATHER_WORDS} then {_CLOCK_WORDS}",
        is_streamed=is_streamed,
        **_TOOLS,
    )
    equal(result["steps"], [[_CALLED_WEATHER], [_CALLED_CLOCK]])
    equal(result["text"], "clock returned “noon”.")


async def _streamed_tools(trial: _Trial) -> None:
    await _tools(trial, is_streamed=True)


async def _parallel(trial: _Trial, *, is_streamed: bool = False) -> None:
    result = await trial.run(
        "tools", trial.upstream.chat, text=f"{_WEATHER_WORDS} and {_CLOCK_WORDS}", is_streamed=is_streamed, **_TOOLS
    )
    equal(result["steps"], [[_CALLED_WEATHER, _CALLED_CLOCK]])
    equal(result["text"], "weather returned “rain”. clock returned “noon”.")


async def _streamed_parallel(trial: _Trial) -> None:
    await _parallel(trial, is_streamed=True)


async def _forced(trial: _Trial) -> None:
    result = await trial.run("tools", trial.upstream.chat, text="Hello there", choice="clock", **_TOOLS)
    equal([[call["name"] for call in step] for step in result["steps"]], [["clock"]])


async def _schema(trial: _Trial) -> None:
    result = await trial.run("schema", trial.upstream.chat, text="Describe Oslo as JSON")
    value = result["value"]
    equal(set(value), set(CITY["properties"]))
    assert type(value["population"]) is int, value
    assert isinstance(value["districts"], list), value


async def _image(trial: _Trial) -> None:
    result = await trial.run("image", trial.upstream.sees, text="What is it?", data=PNG)
    assert result["text"].endswith("I see 1 image: image/png, 70 bytes."), result["text"]


async def _pdf(trial: _Trial) -> None:
    result = await trial.run("pdf", trial.upstream.sees, text="What is it?", data=PDF)
    size = len(base64.b64decode(PDF))
    assert result["text"].endswith(f"I see 1 file: application/pdf, {size} bytes."), result["text"]


async def _thoughts(trial: _Trial, *, is_streamed: bool = False) -> None:
    # The last words of the prompt say so too, for those that think only when something is to be thought about.
    result = await trial.run(
        "think", trial.upstream.thinks, text="Please think hard", effort="high", is_streamed=is_streamed
    )
    equal(result["text"], _said("Please think hard"))
    is_asked = trial.client.api != "chat_completions"
    if trial.upstream.thoughts == "always" or (trial.upstream.thoughts == "asked" and is_asked):
        if not result["thoughts"]:
            raise Lost("thoughts")
        assert "Let me think" in result["thoughts"], result["thoughts"]


async def _streamed_thoughts(trial: _Trial) -> None:
    await _thoughts(trial, is_streamed=True)


async def _handed_back(trial: _Trial, *, is_streamed: bool = False) -> None:
    words = f"think, case {next(_NUMBERS)}: {_WEATHER_WORDS} then {_CLOCK_WORDS}"
    result = await trial.run(
        "tools", trial.upstream.thinks, text=words, effort="high", is_streamed=is_streamed, **_TOOLS
    )
    equal(result["steps"], [[_CALLED_WEATHER], [_CALLED_CLOCK]])
    assert result["text"].endswith("clock returned “noon”."), result["text"]
    if trial.upstream.handed_back is None:
        return
    requests = await trial.setting.received(words)
    equal(len(requests), 3)
    last = json.dumps(requests[-1]["json"])
    if last.count(f'"{trial.upstream.handed_back}"') != 2 or "skip_thought_signature" in last:
        raise Lost(trial.upstream.handed_back)


async def _handed_back_streamed(trial: _Trial) -> None:
    await _handed_back(trial, is_streamed=True)


async def _embeddings(trial: _Trial) -> None:
    result = await trial.run("embed", trial.upstream.embeds, texts=["one", "two", "one"])
    first, second, third = result["vectors"]
    assert len(first) > 100, len(first)
    equal((first == third, first == second), (True, False))
    assert abs(sum(number * number for number in first) - 1) < 0.01, "not a unit vector"


async def _count(trial: _Trial) -> None:
    result = await trial.run("count", trial.upstream.chat, text="Hello there")
    assert result["tokens"] > 0, result


async def _too_long(trial: _Trial) -> None:
    error = await _error(trial, "chat", trial.upstream.chat, "sandbox:too-long")
    if trial.client.api == "messages":
        equal((error.status, error.code), (400, "invalid_request_error"))
        assert re.match(r"prompt is too long: (?:\d+|more) tokens > \d+ maximum", error.message), error.message
        return
    equal((error.status, error.code), (400, "context_length_exceeded"))
    assert "maximum context length" in error.message, error.message


_ERRORS: Final[Mapping[str, Mapping[bool, tuple[int, str | None]]]] = {
    "key": {False: (502, "auth_invalid"), True: (502, "api_error")},
    "limit": {False: (429, "rate_limit_exceeded"), True: (429, "rate_limit_error")},
    "money": {False: (429, "insufficient_quota"), True: (402, "billing_error")},
    "overloaded": {False: (503, "server_is_overloaded"), True: (529, "overloaded_error")},
    "broken": {False: (502, None), True: (502, "api_error")},
}


def _error_of(kind: str) -> Callable[[_Trial], Awaitable[None]]:
    async def check(trial: _Trial) -> None:
        error = await _error(trial, "chat", trial.upstream.errors.get(kind), "Hello there")
        status, code = _ERRORS[kind][trial.client.api == "messages"]
        equal(error.status, status)
        assert code is None or error.code == code, f"{error.code!r} instead of {code!r}"

    return check


async def _no_model(trial: _Trial) -> None:
    error = await _error(trial, "chat", f"{trial.upstream.name} has no such model", "Hello there")
    code = "not_found_error" if trial.client.api == "messages" else "model_not_found"
    equal((error.status, error.code), (404, code))


async def _broken_stream(trial: _Trial) -> None:
    error = await _error(trial, "stream", trial.upstream.errors.get("midstream"), "sandbox:words=30")
    assert error.status in {None, 200, 503, 529}, error
    assert "verload" in str(error), error


async def _error(trial: _Trial, operation: str, model: str | None, text: str) -> ClientError:
    try:
        result = await trial.run(operation, model, text=text)
    except ClientError as error:
        return error
    raise AssertionError(f"no error, but {result}")


async def _left(trial: _Trial) -> None:
    words = f"case {next(_NUMBERS)} sandbox:words=30"
    await trial.setting.spoil(
        kind="hang_mid_stream", provider=trial.upstream.provider, operation="stream", after=9, times=1
    )
    await trial.run("leave", trial.upstream.chat, text=words)
    requests: list[dict[str, Any]] = []
    for _ in range(40):
        requests = await trial.setting.received(words)
        if requests and requests[-1]["ending"] == "disconnected":
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the provider's answer ended otherwise: {[request['ending'] for request in requests]}")


async def _many(trial: _Trial) -> None:
    texts = [f"Hello number {number}" for number in range(_TWENTY)]
    result = await asyncio.gather(*(trial.run("chat", trial.upstream.chat, text=text) for text in texts))
    equal([each["text"] for each in result], [_said(text) for text in texts])


FEATURES: Final[Mapping[str, Callable[[_Trial], Awaitable[None]]]] = {
    "chat": _chat,
    "stream, with usage": _stream,
    "tools over several turns": _tools,
    "the same, streamed": _streamed_tools,
    "parallel tools": _parallel,
    "parallel tools, streamed": _streamed_parallel,
    "forced tool": _forced,
    "schema output": _schema,
    "image": _image,
    "PDF": _pdf,
    "reasoning": _thoughts,
    "reasoning, streamed": _streamed_thoughts,
    "reasoning handed back": _handed_back,
    "reasoning handed back, streamed": _handed_back_streamed,
    "embeddings": _embeddings,
    "count tokens": _count,
    "context too long": _too_long,
    "error: the provider's key": _error_of("key"),
    "error: rate limit": _error_of("limit"),
    "error: money": _error_of("money"),
    "error: overloaded": _error_of("overloaded"),
    "error: provider broken": _error_of("broken"),
    "error: no such model": _no_model,
    "error inside a stream": _broken_stream,
    "cancel": _left,
    "20 at once": _many,
}
# What the sandbox is set to do wrong must not meet another request.
_ALONE: Final = {"cancel"}


def _call(method: str, url: str, body: object = None) -> str:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data=data, method=method), timeout=_SECONDS) as response:  # noqa: S310 - the sandbox
        text: str = response.read().decode()
    return text
