"""Arguments that several commands share."""

from datetime import datetime
from uuid import UUID

from entrypoints.settings import WrongSettings


def organization(text: str | None) -> UUID | None:
    """Return the id of --org, none where it was not given.

    Raises:
        WrongSettings: it is no id.
    """
    return None if text is None else identifier(text, "--org")


def identifier(text: str, name: str) -> UUID:
    """Return an id.

    Raises:
        WrongSettings: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise WrongSettings([f"{name} {text} is not an id such as 0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d."]) from None


def moment(text: str, name: str) -> datetime:
    """Return a time.

    Raises:
        WrongSettings: it is not a time, or has no zone.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise WrongSettings([f"{name} {text} is not a time in RFC 3339, such as 2026-01-31T12:00:00Z."])
    return time
