"""What a person states of a restored backup, in a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from application.verification.canonical_json import canonical_json

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class LostEvents:
    """Events that checkpoints have seen and a restored backup does not have."""

    organization_id: UUID
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreStatement:
    """What a person stated of a restore. The numbers are those of the newest checkpoints that were known; 0: none."""

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
    """Return what a checkpoint says of a statement."""
    return None if statement is None else sha256(canonical_json(statement.document())).hexdigest()


def parse_statement(stated: Any) -> RestoreStatement | None:  # noqa: ANN401 - JSON is any of its types
    """Return what `RestoreStatement.document` told.

    Raises:
        KeyError, ValueError, TypeError, AttributeError: it told nothing of the kind.
    """
    if stated is None:
        return None
    lost = [LostEvents(UUID(organization_id), first, last) for organization_id, first, last in stated["lost"]]
    return RestoreStatement(**{**stated, "lost": lost})
