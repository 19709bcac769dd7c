"""JSON pointers (RFC 6901), which show where an error is in a request."""

from collections.abc import Sequence


def pointer_to(place: Sequence[str | int]) -> str:
    """Return the pointer to a place, given as the keys and indexes on the way; none is the whole document."""
    return "".join(f"/{_escaped(part)}" for part in place)


def pointer_within(document: object, place: Sequence[str | int]) -> str:
    """Return the pointer to a place as a validator names it.

    Validators put the tag of the chosen alternative on the way, which the document does not have: that is left out.
    """
    reached: list[str | int] = []
    for number, part in enumerate(place, start=1):
        if isinstance(document, dict) and (part in document or number == len(place)):
            reached.append(part)
            document = document.get(part)
        elif isinstance(document, list) and isinstance(part, int):
            reached.append(part)
            document = document[part] if part < len(document) else None
    return pointer_to(reached)


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
