"""YAML as it is read and written here: the core schema of YAML 1.2, bounded, with the place of each value."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import yaml

from domain.key_patterns import has_key_form
from entrypoints.http.json_pointers import pointer_to

LARGEST: Final = 1024 * 1024
"""Bytes of a file; the thousand models of an organization take a third of it."""

_DEEPEST: Final = 32
_MOST_VALUES: Final = 100_000
_LONGEST_NUMBER: Final = 40

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# YAML 1.2.2, section 10.3.2. In YAML 1.1 `no` would be false, and 1:30 a number.
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_WORDS: Final = _NULL | _TRUE | _FALSE
_INTEGER: Final = re.compile(r"[-+]?[0-9]+", re.ASCII)
_FRACTION: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_MERGE: Final = "<<"

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A position in the file, both numbers counted from 1."""

    line: int
    column: int


class UnreadableYaml(ValueError):
    """The text is not YAML that is taken here; `position` is where, as far as it is known."""

    def __init__(self, message: str, position: Position | None = None) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A document and the positions of its values. Fractions are decimals."""

    content: Any
    _positions: Mapping[Place, Position]

    def position(self, pointer: str) -> Position | None:
        """Return the position of the value at a JSON pointer, or of its parent where there is none."""
        known = {pointer_to(place): position for place, position in self._positions.items()}
        while pointer and pointer not in known:
            pointer = pointer.rpartition("/")[0]
        return known.get(pointer)


def read_yaml(content: bytes) -> YamlDocument:
    """Return the one document in the text.

    Raises:
        UnreadableYaml: it is not YAML in UTF-8, names a key twice, has tags, or is too large, also by its aliases.
    """
    if len(content) > LARGEST:
        raise UnreadableYaml(f"The file is longer than {LARGEST:,} bytes")
    try:
        text = content.decode("utf-8-sig")
        _check_events(text)
        node = yaml.compose(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        raise UnreadableYaml(f"The file is not in UTF-8 (byte {error.start + 1})") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = None if mark is None else _position(mark)
        raise UnreadableYaml(str(error.problem or error.context), position) from None
    except yaml.YAMLError:
        raise UnreadableYaml("The file contains a character that YAML does not have") from None
    reading = _Reading()
    return YamlDocument(None if node is None else reading.value(node, ()), reading.positions)


def _check_events(text: str) -> None:
    """Refuse what would take too much to compose, before it is done."""
    depth = documents = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        problem = None
        if documents > 1:
            problem = "The file has several documents; it may have one"
        elif depth > _DEEPEST:
            problem = f"This is nested more than {_DEEPEST} levels deep"
        elif count > 2 * _MOST_VALUES:
            problem = f"The file has more than {_MOST_VALUES:,} values"
        elif getattr(event, "tag", None) is not None:
            problem = "Tags (!...) are not accepted"
        if problem is not None:
            raise UnreadableYaml(problem, _position(event.start_mark))


class _Reading:
    """Makes values of nodes. An alias counts as what it expands to, each time."""

    def __init__(self) -> None:
        self.positions: dict[Place, Position] = {}
        self._count = 0

    def value(self, node: Any, place: Place) -> Any:  # noqa: ANN401 - YAML's values are of its types
        self.positions[place] = _position(node.start_mark)
        self._count_one(node, len(place))
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, place))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        if node.style:
            return node.value
        try:
            return plain(node.value)
        except ValueError as error:
            raise UnreadableYaml(str(error), _position(node.start_mark)) from None

    def _count_one(self, node: Any, depth: int) -> None:  # noqa: ANN401 - as above
        self._count += 1
        if self._count > _MOST_VALUES or depth > _DEEPEST:
            raise UnreadableYaml("Its aliases expand to more than is accepted", _position(node.start_mark))

    def _members(self, node: yaml.MappingNode, place: Place, merges: int = 0) -> Iterator[tuple[str, Any]]:
        """Yield the members, first those that are merged in, so that the mapping's own override them.

        `merges` are those that have led here.
        """
        own: dict[str, Any] = {}
        keys: dict[str, Any] = {}
        merged = None
        for key, value in node.value:
            name = key.value
            if not isinstance(name, str):
                raise UnreadableYaml("A key has to be a text", _position(key.start_mark))
            is_merge = name == _MERGE and not key.style
            if name in own or (is_merge and merged is not None):
                quoted = "" if has_key_form(name) else f" {name[:100]}"
                raise UnreadableYaml(f"The key{quoted} appears twice here", _position(key.start_mark))
            if is_merge:
                merged = value
            else:
                own[name], keys[name] = value, key
        sources = merged.value if isinstance(merged, yaml.SequenceNode) else [] if merged is None else [merged]
        for source in reversed(sources):
            if not isinstance(source, yaml.MappingNode):
                raise UnreadableYaml("Only a mapping can be merged in", _position(source.start_mark))
            self._count_one(source, len(place) + merges)
            yield from self._members(source, place, merges + 1)
        for name, value in own.items():
            yield name, self.value(value, (*place, name))
            # What begins in a line below is located where its name is.
            if value.start_mark.line > (key := keys[name]).start_mark.line:
                self.positions[*place, name] = _position(key.start_mark)


def plain(text: str) -> Any:  # noqa: ANN401 - as above
    """Return the value of a scalar without quotes.

    Raises:
        ValueError: it is a number that is too long.
    """
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if not _FRACTION.fullmatch(text):
        return text
    number = Decimal(text) if len(text) <= _LONGEST_NUMBER else None
    if number is None or abs(number.adjusted()) > _LONGEST_NUMBER:
        raise ValueError("This number is too long")
    return int(text) if _INTEGER.fullmatch(text) else number


def _position(mark: Any) -> Position:  # noqa: ANN401 - the library's own type, published without its attributes
    return Position(mark.line + 1, mark.column + 1)


class _Dumper(yaml.SafeDumper):
    """Writes what `read_yaml` reads, without anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the library asks for each
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)  # noqa: FBT003 - the library's own signature

    def text(self, text: str) -> yaml.ScalarNode:
        is_text = text not in _WORDS and not _FRACTION.fullmatch(text)
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_text else "'")

    def fraction(self, number: Decimal) -> yaml.ScalarNode:
        whole = number == number.to_integral_value()
        return self.represent_scalar(f"tag:yaml.org,2002:{'int' if whole else 'float'}", _digits(number))

    def time(self, time: datetime) -> yaml.ScalarNode:
        return self.text(time.isoformat().replace("+00:00", "Z"))


_Dumper.add_representer(str, _Dumper.text)
_Dumper.add_representer(Decimal, _Dumper.fraction)
_Dumper.add_representer(datetime, _Dumper.time)


def _digits(number: Decimal) -> str:
    digits = format(number, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def write_yaml(document: object) -> str:
    """Return the document as YAML in block style, its members in their order."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text
