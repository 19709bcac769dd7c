"""Access keys in several processes: what one of them changes holds in the others within two seconds."""

import asyncio
from dataclasses import replace
from time import monotonic

from application.access_keys.key_cache import LONGEST_TRUST
from tests.e2e.api_client import KEYS, Api
from tests.e2e.processes import serving
from tests.e2e.running_service import RunningService
from tests.e2e.test_discovery_processes import settings_of

# What a request itself may take on a busy machine.
A_REQUEST = 1.0


async def _seconds_until(api: Api, status: int) -> float:
    """Ask all the time until the key is answered with this status, and return how long that took."""
    began = monotonic()
    async with asyncio.timeout(30):
        while (await api.ask("GET", "/v1/models")).status != status:  # noqa: ASYNC110 - another process is asked
            await asyncio.sleep(0.05)
    return monotonic() - began


async def test_a_change_holds_in_another_process_within_two_seconds(api: Api, service: RunningService) -> None:
    with serving("serve", "--port", "0", **settings_of(service)) as other:
        elsewhere = (await asyncio.to_thread(other.ready))["url"]
        async with asyncio.TaskGroup() as group:
            # In organizations of their own: a change of one key has the others of its organization looked up again.
            for expect in (_is_disabled_and_enabled, _is_rotated_and_revoked):
                group.create_task(expect(api.elsewhere(), elsewhere))


async def _is_disabled_and_enabled(api: Api, elsewhere: str) -> None:
    path, here, there = await _known_to_both(api, elsewhere)
    await api.patch(path, {"isEnabled": False})
    assert (await here.ask("GET", "/v1/models")).status == 401
    assert await _seconds_until(there, 401) < LONGEST_TRUST + A_REQUEST
    await api.patch(path, {"isEnabled": True})
    assert await _seconds_until(there, 200) < LONGEST_TRUST + A_REQUEST


async def _is_rotated_and_revoked(api: Api, elsewhere: str) -> None:
    path, here, there = await _known_to_both(api, elsewhere)
    rotated = (await api.post(f"{path}/rotate", {"graceSeconds": 60})).document
    renewed = replace(there, token=rotated["secret"])
    # A secret that is new to a process is looked up, whatever it remembers of the key.
    assert (await renewed.ask("GET", "/v1/models")).status == 200
    await api.delete(path)
    assert (await here.ask("GET", "/v1/models")).status == 401
    assert await _seconds_until(there, 401) < LONGEST_TRUST + A_REQUEST


async def _known_to_both(api: Api, elsewhere: str) -> tuple[str, Api, Api]:
    """Return the path of a new key, and the API with it of both processes, which remember it."""
    key = await api.access_key()
    here, there = (replace(api, token=key["secret"], url=url) for url in (api.url, elsewhere))
    assert [(await each.ask("GET", "/v1/models")).status for each in (here, there)] == [200, 200]
    return f"{KEYS}/{key['id']}", here, there


async def test_a_key_of_one_organization_opens_nothing_of_another(api: Api) -> None:
    other = api.elsewhere()
    provider = await other.provider()
    model = await other.model(provider)
    key = await other.access_key()
    stranger = await api.with_key(scope="manage")
    paths = [f"/api/ai/models/{model['id']}", f"/api/ai/providers/{provider['id']}", f"{KEYS}/{key['id']}"]
    statuses: set[int] = set()
    # Fewer than an organization may send in a second: none of them is turned away before it is looked at.
    for _ in range(4):
        replies = await asyncio.gather(*[stranger.ask("GET", paths[number % 3]) for number in range(100)])
        statuses |= {reply.status for reply in replies}
        assert all(model["name"] not in reply.text for reply in replies)
    assert statuses == {404}
