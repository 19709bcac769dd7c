"""Which tools a sandbox model calls, and with what.

It calls a tool when the last words of the user say so: `call weather` calls the tool that has "weather" in its name,
`call all` every tool, `call x {"city": "Oslo"} and call y` both with what is given. `then` begins the next step:
`call x then call y` calls y when the results of x have come. When a tool is forced and none is named, it is the first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from sandbox.parsed_prompt import ParsedPrompt, Tool
from sandbox.schema_instances import schema_instance

_CALL = re.compile(r"\bcall\s+([A-Za-z0-9_.:-]*[A-Za-z0-9_])\s*", re.IGNORECASE)
_STEP = re.compile(r"\bthen\b", re.IGNORECASE)
_GIVEN = re.compile(r"\{(?:[^{}\"]|\"(?:[^\"\\]|\\.)*\"|\{[^{}]*\})*\}|\"(?:[^\"\\]|\\.)*\"")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call; `arguments` are JSON text, or free text for a tool that takes it."""

    name: str
    arguments: str
    free_text: bool = False

    def parsed(self) -> object:
        """The arguments as an object; an empty one for what is no JSON."""
        try:
            return orjson.loads(self.arguments)
        except orjson.JSONDecodeError:
            return {}


def choose_calls(prompt: ParsedPrompt) -> tuple[ToolCall, ...]:
    """The calls of this step."""
    steps = _STEP.split(prompt.text)
    words = steps[prompt.step] if prompt.step < len(steps) else ""
    calls = tuple(_named(words, prompt.tools))
    if not calls and prompt.forced and prompt.tools:
        calls = (_call(prompt.tools[0], ""),)
    return calls if prompt.parallel else calls[:1]


def _named(words: str, tools: tuple[Tool, ...]) -> Iterator[ToolCall]:
    for found in _CALL.finditer(words):
        given = _GIVEN.match(words, found.end())
        for tool in _matching(found[1].lower(), tools):
            yield _call(tool, given[0] if given else "")


def _matching(name: str, tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
    if name == "all":
        return tools
    exact = tuple(tool for tool in tools if tool.name.lower() == name)
    return exact or tuple(tool for tool in tools if name in tool.name.lower())[:1]


def _call(tool: Tool, given: str) -> ToolCall:
    if tool.free_text:
        return ToolCall(tool.name, orjson.loads(given) if given.startswith('"') else "print('hello')", free_text=True)
    if given.startswith("{"):
        return ToolCall(tool.name, orjson.dumps(orjson.loads(given)).decode())
    return ToolCall(tool.name, orjson.dumps(schema_instance(tool.schema or {"type": "object"})).decode())
