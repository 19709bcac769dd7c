"""Statements in checkpoints that a backup was restored."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from application.verification.canonical_json import canonical_json


@dataclass(frozen=True, slots=True)
class LostEvents:
    """Events that are in checkpoints but not in the restored backup."""

    organization_id: UUID
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreStatement:
    """A person's statement of a restore. The numbers are those of the newest known checkpoints; 0 is none."""

    reason: str
    actor: str
    number_in_database: int
    number_in_sink: int
    lost: Sequence[LostEvents]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "reason": self.reason,
            "actor": self.actor,
            "number_in_database": self.number_in_database,
            "number_in_sink": self.number_in_sink,
            "lost": [[str(lost.organization_id), lost.first, lost.last] for lost in self.lost],
        }


def statement_hash(statement: RestoreStatement | None) -> str | None:
    """Return the hash of a statement, which its checkpoint contains."""
    return None if statement is None else sha256(canonical_json(statement.document())).hexdigest()


def parse_statement(stated: Any) -> RestoreStatement | None:  # noqa: ANN401 - JSON is any of its types
    """Parse the output of `RestoreStatement.document`.

    Raises:
        KeyError, ValueError, TypeError, AttributeError: it is not such a document.
    """
    if stated is None:
        return None
    lost = [LostEvents(UUID(organization_id), first, last) for organization_id, first, last in stated["lost"]]
    return RestoreStatement(**{**stated, "lost": lost})
