"""Nothing that a tenant writes, and nothing that a name server answers, leads to an address that is not public."""

from ipaddress import ip_address

import aiohttp
import pytest

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.call_timings import Attempt, current
from adapters.egress.guarded_client import Egress
from adapters.egress.url_parsing import read_request
from tests.contract.egress.loopback import Canary, Names
from tests.contract.egress.outbound_calls import a_get, failure_of, trust
from tests.unit.egress.address_vectors import ACCEPTED, REFUSED_ADDRESSES, REFUSED_URLS

PUBLIC = "93.184.215.14"
PUBLIC_V6 = "2606:2800:21f:cb07::1"
NAME = "rebind.example.com"
ROUNDS = 1_000


def guarded(canary: Canary, *answers: list[str], allow: str = "") -> Egress:
    """Return a way out whose names have these addresses, and whose connections would all end at the canary."""
    return Egress(
        EgressAllowList.parse(allow),
        ssl_context=trust(),
        resolver=Names(*(answers or [["127.0.0.1"]])),
        open_socket=canary.open_socket,
        lookup_seconds=0,
    )


async def test_the_canary_would_notice(canary: Canary) -> None:
    async with guarded(canary, allow="127.0.0.1, [::1]") as egress:
        for url in ("https://127.0.0.1/", f"https://{NAME}/"):
            await failure_of(egress, a_get(url, connect_seconds=0.2))
            assert not canary.is_untouched
            canary.attempts.clear()
    assert not canary.is_untouched, "the connections themselves have come as well"


async def test_no_connection_is_made_for_a_url_that_leads_elsewhere(canary: Canary) -> None:
    for url in REFUSED_URLS:
        async with guarded(canary) as egress:
            error = await failure_of(egress, a_get(url))
        assert (error.failure.category, error.was_sent) == ("endpoint_refused", False), url
        assert canary.is_untouched, url


@pytest.mark.parametrize("address", REFUSED_ADDRESSES)
async def test_no_connection_is_made_to_a_name_that_leads_elsewhere(canary: Canary, address: str) -> None:
    for answer in ([address], [PUBLIC, address], [address, PUBLIC], [PUBLIC_V6, PUBLIC, address]):
        async with guarded(canary, answer) as egress:
            error = await failure_of(egress, a_get(f"https://{NAME}/v1"))
        assert (error.failure.category, error.was_sent) == ("endpoint_refused", False)
        assert address == "" or address not in error.message
    assert canary.is_untouched


def _literals() -> list[str]:
    addresses = [str(case.values[0]) for case in REFUSED_ADDRESSES]
    return [address for address in addresses if address and " " not in address and "%" not in address]


@pytest.mark.parametrize("address", _literals())
async def test_the_last_check_is_at_the_socket(canary: Canary, address: str) -> None:
    # Past the reading of the URL and, because the client looks no address up, past the resolver.
    host = f"[{address}]" if ip_address(address).version == 6 else address
    async with guarded(canary) as egress:
        assert egress._session is not None
        token = current.set(attempt := Attempt(read_request(f"https://{NAME}/")))
        with pytest.raises(aiohttp.ClientConnectorError):
            await egress._session.get(f"http://{host}/")
        current.reset(token)
    assert attempt.is_refused
    assert canary.is_untouched


async def test_without_a_call_to_count_it_to_no_socket_is_opened(canary: Canary) -> None:
    async with guarded(canary) as egress:
        assert egress._session is not None
        with pytest.raises(LookupError):
            await egress._session.get(f"http://{PUBLIC}/")
    assert canary.is_untouched


async def test_a_name_that_changes_its_mind_never_gets_through(canary: Canary) -> None:
    turns = [[PUBLIC], ["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["::1"], [PUBLIC_V6, "::1"], ["::ffff:127.0.0.1"]]
    async with guarded(canary, *(turns * (ROUNDS // len(turns) + 1))) as egress:
        assert egress.checked(f"https://{NAME}/v1").url == f"https://{NAME}/v1"
        categories = [(await failure_of(egress, a_get(f"https://{NAME}/v1"))).failure.category for _ in range(ROUNDS)]
    expected = ["unreachable" if turn == [PUBLIC] else "endpoint_refused" for turn in turns]
    assert categories == (expected * ROUNDS)[:ROUNDS]
    assert {attempt[4][0] for attempt in canary.attempts} == {PUBLIC}
    canary.attempts.clear()
    assert canary.is_untouched


async def test_a_name_that_is_remembered_keeps_the_addresses_that_were_checked(canary: Canary) -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    async with Egress(resolver=names, open_socket=canary.open_socket, lookup_seconds=60) as egress:
        for _ in range(5):
            assert (await failure_of(egress, a_get(f"https://{NAME}/"))).failure.category == "unreachable"
    assert names.lookups == 1
    assert {attempt[4][0] for attempt in canary.attempts} == {PUBLIC}


@pytest.mark.parametrize(("url", "normal", "origin"), ACCEPTED)
async def test_what_is_accepted_is_called_where_it_says(canary: Canary, url: str, normal: str, origin: str) -> None:
    async with guarded(canary, [PUBLIC]) as egress:
        assert egress.checked(url).origin == origin
        error = await failure_of(egress, a_get(normal))
    assert (error.failure.category, canary.attempts[0][4][1]) == ("unreachable", 443)
