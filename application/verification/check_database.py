"""Prove that a database is whole: its logs, its read tables and its credentials."""

from dataclasses import dataclass
from typing import Final

from application.errors import ApplicationError, CredentialUnreadable
from application.master_keys.credential_stock import CredentialStock, Place
from application.master_keys.master_keys import MasterKeys
from application.plurals import counted
from application.ports.progress import Progress
from application.projections.project_event import TOPICS_OF
from application.rebuilding.projections import Projections
from application.rebuilding.verify_projections import VerifyProjections, verify_projections
from application.verification.checkpoint_verifier import CheckpointVerifier
from application.verification.raw_events import RawEvents
from application.verification.verify_log import verify_log

_BATCH: Final = 500
_NO_KEY: Final = ""


class DatabaseUnsound(ApplicationError):
    """The database differs from its log."""

    code = "database-unsound"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDatabase:
    """How much was found to be whole."""

    organizations: int
    events: int
    credentials: int


async def check_database(
    *,
    log: RawEvents,
    checkpoints: CheckpointVerifier,
    projections: Projections,
    stock: CredentialStock,
    keys: MasterKeys,
    progress: Progress,
) -> CheckedDatabase:
    """Return how much was checked: every organization's chain, every row of the read tables, every credential.

    For whoever has the administrators' database.

    Raises:
        DatabaseUnsound: something is not as it should be; the message says what, and how often.
        Unavailable: the database cannot be reached.
    """
    await progress.begin("check the chains")
    # Notes of what was proved before are part of what is to be checked.
    chains = await verify_log(log=log, checkpoints=checkpoints, full=True)
    if chains.findings:
        first = chains.findings[0]
        raise DatabaseUnsound(
            f"The log is not as it was written ({len(chains.findings)} findings; the first, of organization "
            f"{first.organization_id}: {first.message})."
        )
    await _compare_projections(projections, progress)
    return CheckedDatabase(
        organizations=chains.organizations, events=chains.events, credentials=await _opened(stock, keys, progress)
    )


async def _compare_projections(projections: Projections, progress: Progress) -> None:
    # What was found equal before it was written to a file says nothing about what was read from it.
    query = VerifyProjections(names=tuple(TOPICS_OF), full=True)
    found = await verify_projections(query, projections=projections, progress=progress)
    if found.unreadable.count:
        event = found.unreadable.first[0]
        raise DatabaseUnsound(
            f"{counted(found.unreadable.count, 'event')} cannot be read by this version; the first, {event.topic} of "
            f"organization {event.organization_id}: {event.reason}"
        )
    for table in found.tables:
        if table.differences.count:
            row = table.differences.first[0]
            raise DatabaseUnsound(
                f"{table.name}: {counted(table.differences.count, 'row')} not as in the log; the first, {row.row_id} "
                f"of organization {row.organization_id}, is {row.kind}."
            )


async def _opened(stock: CredentialStock, keys: MasterKeys, progress: Progress) -> int:
    """Return how many credentials there are, all of which open."""
    await progress.begin("open credentials", sum((await stock.counts()).values()))
    opened, after = 0, None
    unreadable: list[Place] = []
    # No key wraps under no name, so that these are all of them.
    while page := await stock.under_others(_NO_KEY, after, _BATCH):
        for sealed in page:
            after = (sealed.binding.organization_id, sealed.binding.provider_id)
            try:
                await keys.check(sealed)
                opened += 1
            except CredentialUnreadable:
                unreadable.append(after)
        await progress.advance(len(page))
    if unreadable:
        organization_id, provider_id = unreadable[0]
        raise DatabaseUnsound(
            f"{len(unreadable)} stored credentials cannot be opened with these master keys; the first is that of "
            f"provider {provider_id} of organization {organization_id}."
        )
    return opened
