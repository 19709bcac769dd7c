"""Reads values out of a client's body. A value of the wrong type is refused with a pointer to its place."""

from collections.abc import Iterator, Mapping
from typing import Any

from application.errors import InvalidInput


class BodyValue:
    """A value of a body with its path: `messages[0].content`."""

    __slots__ = ("pointer", "value")

    def __init__(self, value: Any, pointer: str = "") -> None:  # noqa: ANN401 - JSON
        self.value = value
        self.pointer = pointer

    @property
    def name(self) -> str:
        """The place as the protocols' own errors write it."""
        steps = self.pointer.split("/")[1:]
        return "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in steps).lstrip(".")

    @property
    def kind(self) -> str:
        """The object's `type`; empty without one."""
        return str(self.value.get("type", "")) if isinstance(self.value, dict) else ""

    def refused(self, message: str) -> InvalidInput:
        """Return the refusal of the value, to be raised."""
        return InvalidInput(self.pointer, message)

    def get(self, name: str) -> "BodyValue":
        """Return the field of an object, none where it is missing."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        return BodyValue(value, f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}")

    def items(self) -> "Iterator[BodyValue]":
        """Yield the places of a list; none at all for null."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.refused("This must be a list.")
        for index, value in enumerate(self.value):
            yield BodyValue(value, f"{self.pointer}/{index}")

    def mapping(self) -> Mapping[str, Any]:
        """Return the object."""
        if not isinstance(self.value, dict):
            raise self.refused("This must be an object.")
        mapping: Mapping[str, Any] = self.value
        return mapping

    def optional_mapping(self) -> Mapping[str, Any] | None:
        """Return the object, none for null."""
        return None if self.value is None else self.mapping()

    def text(self) -> str:
        """Return the text."""
        if not isinstance(self.value, str):
            raise self.refused("This must be a text.")
        return str(self.value)

    def optional_text(self) -> str | None:
        """Return the text, none for null."""
        return None if self.value is None else self.text()

    def whole(self) -> int | None:
        """Return the whole number, none for null."""
        if self.value is None:
            return None
        if type(self.value) is not int:
            raise self.refused("This must be a whole number.")
        return int(self.value)

    def number(self) -> float | None:
        """Return the number, none for null."""
        if self.value is None:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.refused("This must be a number.")
        return float(self.value)

    def truth(self) -> bool | None:
        """Return true or false, none for null."""
        if self.value is not None and not isinstance(self.value, bool):
            raise self.refused("This must be true or false.")
        truth: bool | None = self.value
        return truth


_IMAGES = frozenset({"image_url", "input_image", "image"})


def has_images(body: Mapping[str, Any]) -> bool:
    """Return whether a part of a message in the body is a picture, in whichever API."""
    turns = body.get("messages") or body.get("input")
    for turn in turns if isinstance(turns, list) else ():
        content = turn.get("content") if isinstance(turn, dict) else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and part.get("type") in _IMAGES:
                return True
    return False
