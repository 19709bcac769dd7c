"""Builds the context of an append from the current caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.event_store.log_records import Append
from application.caller import current_caller

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.ports.vault import SealedCredential


def callers_append(sealed: Sequence[SealedCredential] = (), destroyed: Sequence[UUID] = ()) -> Append:
    """Return the context of an append for the current caller."""
    caller = current_caller()
    return Append(
        organization_id=caller.organization_id,
        actor=caller.actor,
        command_id=caller.command_id,
        correlation_id=caller.correlation_id,
        reason=caller.reason,
        outcome=caller.outcome,
        sealed=sealed,
        destroyed=destroyed,
    )
