"""A violated constraint is recognised by its name, wherever the name is said."""

import psycopg
import pytest

from adapters.database_errors import violated_constraint
from tests.databases import Connection

_CLUSTER_FOREIGN_KEY = (
    'update or delete on table "ai_providers_102081" violates foreign key constraint'
    ' "ai_models_provider_fkey_102095" on table "ai_models_102095"'
)


def _error(owner: Connection, statement: str) -> psycopg.Error:
    with pytest.raises(psycopg.Error) as raised:
        owner.execute(statement.encode())
    return raised.value


def test_a_server_names_it_in_a_field(owner: Connection) -> None:
    organization = "INSERT INTO organizations (id) VALUES ('00000000-0000-0000-0000-000000000001')"
    owner.execute(organization.encode())
    assert violated_constraint(_error(owner, organization)) == "organizations_pkey"


@pytest.mark.parametrize(
    ("state", "message", "name"),
    [
        (
            "23505",
            'duplicate key value violates unique constraint "ai_providers_name_key_102089"',
            "ai_providers_name_key",
        ),
        ("23503", _CLUSTER_FOREIGN_KEY, "ai_models_provider_fkey"),
        ("23505", 'duplicate key value violates unique constraint "events_revision_key"', "events_revision_key"),
        ("23502", 'null value in column "name" violates not-null constraint', None),
        ("P0001", 'no constraint "of_ours_123456" is meant here', None),
    ],
)
def test_a_cluster_names_it_in_the_message_alone(owner: Connection, state: str, message: str, name: str | None) -> None:
    quoted = message.replace("'", "''")
    raised = f"DO $$ BEGIN RAISE EXCEPTION '{quoted}' USING ERRCODE = '{state}'; END $$"
    assert violated_constraint(_error(owner, raised)) == name
