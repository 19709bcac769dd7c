"""An append finds what it looks for by the right index, in a log that nobody has analyzed yet as in any other."""

from uuid import UUID

from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from tests.builders import a_model, a_provider, acting
from tests.databases import Connection, Pool

APPENDS = 60
# The organization's head, its provider by the foreign key, and the rows that an append has just made.
ROWS_PER_APPEND = 10


async def test_an_append_reads_no_more_the_longer_the_log(
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    pool: Pool,
    organization_id: UUID,
    owner: Connection,
) -> None:
    for _ in range(APPENDS):
        provider = a_provider()
        with acting(organization_id):
            await providers.save(provider)
        with acting(organization_id):
            await models.save(a_model(provider_id=provider.id))
    pool.close()
    _wait_for_the_end_of(owner)
    read = owner.execute(
        "SELECT relname, indexrelname, idx_tup_read FROM pg_stat_user_indexes WHERE idx_tup_read > %s",
        [ROWS_PER_APPEND * APPENDS],
    )
    assert read.fetchall() == []


def _wait_for_the_end_of(owner: Connection) -> None:
    """Return when the API's server processes are gone: their figures are complete then."""
    here = "SELECT FROM pg_stat_activity WHERE usename = 'modelbook_app' AND datname = current_database()"
    while owner.execute(here).fetchall():
        owner.execute("SELECT pg_sleep(0.02)")
