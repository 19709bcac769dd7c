"""Data of a version before the first release is refused in a line that says what to do, and is left as it is."""

import psycopg

from adapters.postgres.embedded_postgres import EmbeddedPostgres
from tests.databases import Databases
from tests.e2e.failing_commands import MISUSED, REFUSED, refusal, said
from tests.e2e.processes import folder, postgres_of

FORMER = """
CREATE TABLE events (organization_id uuid, org_sequence bigint, position bigint);
CREATE TABLE log_head (position bigint);
"""


def test_a_former_data_folder_is_refused() -> None:
    with folder() as data_dir:
        server = EmbeddedPostgres(data_dir / "postgres")
        with psycopg.connect(server.start()) as owner:
            owner.execute(FORMER)
        server.stop()
        finished = refusal("serve", "--port", "0", DATA_DIR=str(data_dir))
        said(finished, REFUSED, "before the first release", "MODELBOOK_DATA_DIR")
        assert postgres_of(data_dir) is None


def test_a_former_folder_where_ours_would_be_made_is_refused() -> None:
    with folder() as path:
        (path / ".ledger" / "postgres").mkdir(parents=True)
        for command in (["serve"], ["demo"], ["keys", "status"]):
            finished = refusal(*command, PORT="0", DATA_DIR=str(path / ".modelbook"))
            said(finished, MISUSED, str(path / ".ledger"), "before the first release", "MODELBOOK_DATA_DIR")
        assert not (path / ".modelbook").exists()


def test_a_former_database_is_not_migrated(databases: Databases) -> None:
    former = databases.empty()
    with psycopg.connect(former.owner_url) as owner:
        owner.execute(FORMER)
    said(refusal("migrate", OWNER_DATABASE_URL=former.owner_url), REFUSED, "before the first release")
    with psycopg.connect(former.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (2,)
    databases.drop(former)
