"""What is not as the log says is put right where it is, and nobody who reads or writes notices."""

from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.projections import aggregate_parts, organization_walk
from adapters.projections.projections import PostgresProjections
from adapters.projections.rewrite_rows import Pace
from application.ports.repositories import Gone
from application.projections.row_changes import Table
from application.rebuilding.projections import OrganizationUnknown, RebuildTogether
from domain.access_key.aggregate import AccessKey
from tests.builders import acting
from tests.databases import Connect, Connection, Database
from tests.integration.rebuilding.admin_use_cases import (
    TABLES,
    assert_as_the_log,
    counts,
    differences,
    rebuilt,
    verified,
)
from tests.integration.rebuilding.conftest import Tenant
from tests.log_contents import assert_whole, contents

BESIDE = {"projections", "projection_proofs"}


async def test_a_rebuild_where_nothing_differs_changes_no_row(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    before = contents(owner)
    for _ in range(2):
        done = await rebuilt(projections)
        assert {each.name: each.rows for each in done.tables} == {name: len(before[name]) for name in TABLES}
        assert (counts(done), done.unchanged, done.organizations) == ({}, 0, 2)
    after = contents(owner)
    assert {name for name in before if before[name] != after[name]} == BESIDE
    assert [each.proved for each in await projections.statuses()] == [2] * 6
    await tenants[0].rename(1, "After")
    await assert_as_the_log(projections)
    assert_whole(owner)


@pytest.mark.parametrize("name", TABLES)
async def test_every_row_of_a_table_that_is_wrong_is_put_right(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection, name: Table
) -> None:
    assert tenants
    before = contents(owner)
    wrong: dict[Table, str] = {
        "organizations": "UPDATE organizations SET name = 'Wrong'",
        "ai_providers": "UPDATE ai_providers SET (name_key, credential_hint, credential_set_at, created_at, updated_at,"
        " revision) = (id::text, NULL, NULL, now(), now(), 77)",
        "ai_models": "UPDATE ai_models SET (model_id_key, name_key, sources, created_at, updated_at, revision, config)"
        """ = (id::text, 'wrong', '{"wrong": "x"}', now(), now(), 77, '{}')""",
    }
    wrong["access_keys"] = "UPDATE access_keys SET (name_key, labels, budget_usd, expires_at, created_at, revision) ="
    wrong["access_keys"] += """ ('Wrong', '{"wrong": "x"}', 7, now(), now(), 77)"""
    wrong["webhooks"] = "UPDATE webhooks SET (name_key, topics, host, created_at, revision) ="
    wrong["webhooks"] += """ ('Wrong', '["*"]', 'wrong.example', now(), 77)"""
    wrong["members"] = "UPDATE members SET (role, person_id, created_at, revision) = ('admin', NULL, now(), 77)"
    owner.execute(wrong[name].encode())
    done = await rebuilt(projections, [name])
    assert counts(done) == {name: len(before[name])}
    assert {each for each in BESIDE ^ before.keys() if before[each] != contents(owner)[each]} == set()
    await assert_as_the_log(projections)


async def test_what_was_wrong_is_named(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    wrong, gone = tenants[0].model_ids[0], tenants[1].model_ids[1]
    owner.execute("UPDATE ai_models SET name = 'Wrong', max_tokens = 7 WHERE id = %s", (wrong,))
    owner.execute("DELETE FROM ai_models WHERE id = %s", (gone,))
    done = await rebuilt(projections, ["ai_models"])
    assert {(each.row_id, each.kind, tuple(each.fields)) for each in done.tables[0].differences.first} == {
        (wrong, "different", ("max_tokens", "name")),
        (gone, "missing", ()),
    }
    assert done.longest_lock_ms > 0
    await assert_as_the_log(projections)


async def test_one_organization_is_rebuilt_and_no_other(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    mine, theirs = tenants
    for each in tenants:
        owner.execute("UPDATE ai_models SET name = 'Wrong' WHERE id = %s", (each.model_ids[0],))
    owner.execute("DELETE FROM ai_models WHERE id = %s", (mine.model_ids[1],))
    owner.execute("UPDATE organizations SET name = 'Wrong' WHERE id = %s", (mine.organization_id,))
    done = await rebuilt(projections, organization_id=mine.organization_id)
    assert (counts(done), done.organizations) == ({"organizations": 1, "ai_models": 2}, 1)
    assert [each.row_id for each in (await differences(projections, "ai_models")).first] == [theirs.model_ids[0]]
    assert counts(await verified(projections, organization_id=mine.organization_id)) == {}
    assert counts(await verified(projections, organization_id=theirs.organization_id)) == {"ai_models": 1}
    # Only when all are rebuilt is the projection.
    assert [each.rebuilt_at for each in await projections.statuses()] == [None] * 6
    await rebuilt(projections)
    assert None not in {each.rebuilt_at for each in await projections.statuses()}
    await assert_as_the_log(projections)


async def test_an_organization_without_events_is_unknown(projections: PostgresProjections) -> None:
    with pytest.raises(OrganizationUnknown):
        await rebuilt(projections, organization_id=uuid4())
    with pytest.raises(OrganizationUnknown):
        await verified(projections, organization_id=uuid4())


async def test_names_that_have_changed_hands_go_back(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No order of single updates would do: each name is held by another row."""
    mine = tenants[0]
    first, second = mine.provider_ids
    for provider_id, name in ((first, "Aside"), (second, "First"), (first, "Second")):
        owner.execute(
            "UPDATE ai_providers SET (name, name_key) = (%s, lower(%s)) WHERE id = %s", (name, name, provider_id)
        )
    model_ids = [model_id(owner, each) for each in mine.model_ids]
    owner.execute(
        "UPDATE ai_models SET (model_id, model_id_key) = (id::text, id::text) WHERE id = ANY (%s)", (mine.model_ids,)
    )
    for each, wrong in zip(mine.model_ids, model_ids[1:] + model_ids[:1], strict=True):
        owner.execute(
            "UPDATE ai_models SET (model_id, model_id_key) = (%s, lower(%s)) WHERE id = %s", (wrong, wrong, each)
        )
    monkeypatch.setattr(Pace, "note", write_one_by_one)
    done = await rebuilt(projections)
    assert counts(done) == {"ai_providers": 2, "ai_models": len(mine.model_ids)}
    assert [model_id(owner, each) for each in mine.model_ids] == model_ids
    await assert_as_the_log(projections)


def model_id(owner: Connection, id_: UUID) -> str:
    row = owner.execute("SELECT model_id FROM ai_models WHERE id = %s", (id_,)).fetchone()
    assert row is not None
    return str(row[0])


def write_one_by_one(pace: Pace, milliseconds: float, rows: int) -> None:
    del milliseconds, rows
    pace.rows = 1


async def test_a_provider_that_nobody_registered_goes_with_its_models(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    """It has a name that belongs to another one, and a model that does."""
    mine, provider_id = tenants[0], uuid4()
    owner.execute(
        "UPDATE ai_providers SET (name, name_key) = ('Aside', 'aside') WHERE id = %s", (mine.provider_ids[1],)
    )
    owner.execute(
        "INSERT INTO ai_providers"
        " SELECT (jsonb_populate_record(p, jsonb_build_object('id', %s::uuid, 'name_key', 'second'))).*"
        " FROM ai_providers p WHERE id = %s",
        (provider_id, mine.provider_ids[0]),
    )
    owner.execute("UPDATE ai_models SET provider_id = %s WHERE id = %s", (provider_id, mine.model_ids[0]))
    with pytest.raises(RebuildTogether):
        await rebuilt(projections, ["ai_providers"])
    assert counts(await rebuilt(projections)) == {"ai_providers": 1, "ai_models": 1}
    await assert_as_the_log(projections)


@pytest.mark.parametrize("events_a_part", [5, 20_000])
async def test_providers_that_are_all_gone_come_back_before_their_models(
    projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    owner: Connection,
    monkeypatch: pytest.MonkeyPatch,
    events_a_part: int,
) -> None:
    """Also when both belong to different parts of a large organization."""
    monkeypatch.setattr(organization_walk, "spans", lambda events: aggregate_parts.spans(events, size=events_a_part))
    owner.execute("DELETE FROM ai_models WHERE organization_id = %s", (tenants[0].organization_id,))
    owner.execute("DELETE FROM ai_providers WHERE organization_id = %s", (tenants[0].organization_id,))
    with pytest.raises(RebuildTogether):
        await rebuilt(projections, ["ai_models"])
    await rebuilt(projections)
    await assert_as_the_log(projections)


async def test_rows_that_belong_to_nobody_go(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    owner.execute("INSERT INTO organizations VALUES (%s, 'Nobody')", (stranger := uuid4(),))
    owner.execute(
        "INSERT INTO ai_providers SELECT (jsonb_populate_record(p, jsonb_build_object('organization_id', %s::uuid))).*"
        " FROM ai_providers p WHERE id = %s",
        (stranger, tenants[0].provider_ids[0]),
    )
    assert counts(await rebuilt(projections)) == {"organizations": 1, "ai_providers": 1}
    await assert_as_the_log(projections)


async def test_an_organization_that_was_removed_has_no_rows(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    gone = tenants[0]
    with acting(gone.organization_id):
        organization = await gone.organizations.find(gone.organization_id)
        assert organization is not None
        things: list[Gone] = list((await gone.models.get_many(gone.model_ids)).values())
        things += [await gone.providers.get(provider_id) for provider_id in gone.provider_ids]
        things += [await gone.keys.get(key_id) for key_id in gone.key_ids]
        things += (await gone.members.get_many(gone.member_ids)).values()
        things += (await gone.webhooks.get_many(gone.webhook_ids)).values()
        for each in things:
            each.revoke() if isinstance(each, AccessKey) else each.remove()
        organization.remove()
        await gone.organizations.save_removed(organization, things)
    await assert_as_the_log(projections)
    owner.execute("INSERT INTO organizations VALUES (%s, 'Back')", (gone.organization_id,))
    assert counts(await rebuilt(projections)) == {"organizations": 1}
    await assert_as_the_log(projections)


async def test_only_administrators_write_rows(connect: Connect, database: Database) -> None:
    for statement in (
        b"SELECT rewrite_rows(gen_random_uuid(), 'ai_models', 0, '{}', '[]')",
        b"TABLE projection_proofs",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(database.app_url).execute(statement)
    admin = connect(database.admin_url)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        admin.execute("DELETE FROM ai_models")
    with pytest.raises(psycopg.errors.CaseNotFound):
        admin.execute("SELECT rewrite_rows(gen_random_uuid(), 'events', 0, '{}', '[]')")
