"""The value objects of an access key."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from domain.errors import InvalidValue
from domain.names import has_address

Scope = Literal["run", "read", "manage"]

SCOPES: Final[tuple[Scope, ...]] = ("run", "read", "manage")
"""What a key is for: prompts, embeddings and lists of models; all that a viewer may; all that an editor may."""

MOST_LABELS: Final = 16
LONGEST_LABEL: Final = 128
MOST_RESTRICTIONS: Final = 200
LARGEST_LIMIT: Final = 1_000_000_000

_LABEL_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Requests and tokens a minute, and prompts at the same time. None: no limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrent: int | None = None

    def __post_init__(self) -> None:
        for name in ("requests_per_minute", "tokens_per_minute", "concurrent"):
            value = getattr(self, name)
            if value is not None and not 1 <= value <= LARGEST_LIMIT:
                raise InvalidValue("limits", f"A limit is a whole number from 1 to {LARGEST_LIMIT:,}.")

    @property
    def any(self) -> bool:
        """Whether there is a limit at all."""
        return (self.requests_per_minute, self.tokens_per_minute, self.concurrent) != (None, None, None)


NO_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Restriction:
    """The models and providers, by their ids, that a key may use; a model of either list may be used.

    Both None: all of the organization's.
    """

    model_ids: tuple[str, ...] | None = None
    provider_ids: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for field, ids in (("model_ids", self.model_ids), ("provider_ids", self.provider_ids)):
            if ids is not None and not 1 <= len(ids) <= MOST_RESTRICTIONS:
                raise InvalidValue(field, f"A list has 1 to {MOST_RESTRICTIONS} ids; leave it out to allow all.")


def limit_facts(limits: Limits) -> dict[str, Any]:
    """Return the limits as facts of an event."""
    return {
        "requests_per_minute": limits.requests_per_minute,
        "tokens_per_minute": limits.tokens_per_minute,
        "concurrent": limits.concurrent,
    }


UNRESTRICTED: Final = Restriction()


def checked_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels, sorted by name.

    Raises:
        InvalidValue: there are more than 16, a name is not an identifier, or a value is empty, longer than 128
            characters, not printable, or contains an e-mail address.
    """
    if len(labels) > MOST_LABELS:
        raise InvalidValue("labels", f"A key has at most {MOST_LABELS} labels.")
    for name, value in labels.items():
        if _LABEL_NAME.fullmatch(name) is None:
            raise InvalidValue("labels", "The name of a label has 1 to 63 of a-z, 0-9, _ . - and begins with a letter.")
        if not 1 <= len(value) <= LONGEST_LABEL or not value.isprintable():
            raise InvalidValue("labels", f"A label has 1 to {LONGEST_LABEL} printable characters.")
        if has_address(value):
            raise InvalidValue(
                "labels", "A label is kept for ever and takes no e-mail addresses: name a team or a program."
            )
    return dict(sorted(labels.items()))


def checked_ids(ids: Sequence[str] | None) -> list[str] | None:
    """Return the ids without repetitions, sorted, as events keep them."""
    return None if ids is None else sorted(set(ids))
