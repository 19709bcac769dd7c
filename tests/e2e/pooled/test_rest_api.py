"""The tests of the REST API, one case of each, on the service behind a pooler: nobody can tell that there is one."""

import psycopg

from tests.e2e import (
    test_audit,
    test_bulk,
    test_feed,
    test_history,
    test_idempotency,
    test_if_match,
    test_lists,
    test_models,
    test_point_in_time,
    test_prompts,
    test_providers,
)
from tests.e2e.running_service import RunningService


def test_the_service_is_behind_a_pooler(service: RunningService) -> None:
    with psycopg.connect(service.runtime.database_url) as connection:
        assert connection.execute("SELECT pg_backend_pid()").fetchone() != (connection.info.backend_pid,)


for module in (
    test_audit,
    test_bulk,
    test_if_match,
    test_feed,
    test_history,
    test_idempotency,
    test_lists,
    test_models,
    test_point_in_time,
    test_prompts,
    test_providers,
):
    subject = module.__name__.rpartition(".")[2]
    for name, value in vars(module).items():
        if name.startswith("test_"):
            globals()[f"{subject}_{name.removeprefix('test_')}"] = value
        elif not name.startswith("__"):
            # Fixtures keep their names, by which the tests request them.
            globals()[name] = value
