"""Cool-downs that the serving processes share."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.postgres.prompt_candidates import PostgresCandidateReader
from adapters.postgres.shared_cool_downs import PostgresSharedCoolDowns
from adapters.postgres.tenant_statements import Tenant
from application.prompts.cool_downs import SharedCoolDown
from tests.builders import acting
from tests.databases import Connection


def found(model_id: UUID, **facts: Any) -> SharedCoolDown:  # noqa: ANN401 - fields of a cool-down
    known = SharedCoolDown(
        model_id=model_id, mark=4_294_967_295, reason="timeout", lasts=5.0, round=2, seconds_left=4.5
    )
    return replace(known, **facts)


async def test_what_one_has_shared_the_others_read(tenant: Tenant, organization_id: UUID) -> None:
    shared, reader = PostgresSharedCoolDowns(tenant), PostgresCandidateReader(tenant)
    one, two = uuid4(), uuid4()
    with acting(organization_id):
        times = dict(await shared.share([found(one), found(two, reason=None, seconds_left=-1.0)]))
        read = {each.model_id: each for each in (await reader.state()).cool_downs}
        again = dict(await shared.share([found(one, reason="rate_limited", seconds_left=60.0)]))
        later = {each.model_id: each for each in (await reader.first(1)).state.cool_downs}
    assert times == {model_id: each.changed_at for model_id, each in read.items()}
    assert 4.0 < read[one].seconds_left <= 4.5
    assert replace(read[one], seconds_left=4.5, changed_at=None) == found(one)
    assert read[two].reason is None
    assert (later[one].reason, again[one] > times[one]) == ("rate_limited", True)
    assert 59.0 < later[one].seconds_left <= 60.0
    with acting(uuid4()):
        assert (await reader.state()).cool_downs == []


async def test_what_ended_long_ago_is_forgotten(tenant: Tenant, owner: Connection, organization_id: UUID) -> None:
    shared = PostgresSharedCoolDowns(tenant)
    old, new = uuid4(), uuid4()
    with acting(organization_id):
        await shared.share([found(old, seconds_left=-700.0)])
        await shared.share([found(new)])
    assert owner.execute("SELECT model_id FROM model_cool_downs").fetchall() == [(new,)]


@pytest.mark.parametrize("count", [1_001])
async def test_no_more_than_a_thousand_are_read_the_newest(tenant: Tenant, organization_id: UUID, count: int) -> None:
    shared, reader = PostgresSharedCoolDowns(tenant), PostgresCandidateReader(tenant)
    newest = uuid4()
    with acting(organization_id):
        await shared.share([found(uuid4()) for _ in range(count)])
        await shared.share([found(newest)])
        read = (await reader.state()).cool_downs
    assert len(read) == 1_000
    assert read[0].model_id == newest
