"""Passkeys: what an authenticator answers counts once, for this service, from whoever is there, and for nobody else."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientSession

from entrypoints.http.authorization import Role
from tests.databases import Databases
from tests.e2e.api_client import Api, a_token
from tests.e2e.console_page import ConsolePage, a_page
from tests.e2e.running_service import RunningService, service_on
from tests.soft_authenticator import SoftAuthenticator

NAME: Final = "localhost"
PASSPHRASE: Final = "seven brave otters swim"


@pytest.fixture(scope="module")
def service(databases: Databases) -> Iterator[RunningService]:
    """Give a service that browsers know by a name."""
    database = databases.migrated()
    with service_on(database, called=NAME) as running:
        yield running
    databases.drop(database)


@asynccontextmanager
async def another(service: RunningService) -> AsyncIterator[ConsolePage]:
    async with a_page(service.url, origin=service.runtime.settings.console_url) as page:
        yield page


@pytest.fixture
async def page(service: RunningService) -> AsyncIterator[ConsolePage]:
    async with another(service) as page:
        yield page


@pytest.fixture
def api(service: RunningService, session: ClientSession) -> Api:
    organization_id = uuid4()
    return Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN))


async def joined(api: Api, page: ConsolePage) -> SoftAuthenticator:
    """Become a member with a new passkey, and return what keeps it."""
    invited = await api.post("/api/ai/members", {"address": f"{uuid4().hex}@example.org", "role": "admin"})
    link = {"invitation": invited.document["invitationUrl"].partition("#/invitation/")[2]}
    options = (await page.ask("POST", "/auth/invitation/passkey-options", link)).document["publicKey"]
    selection = options["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    assert options["rp"]["id"] == NAME
    keeper = SoftAuthenticator(page.origin, NAME)
    body = {**link, "name": "Ada", "passkey": keeper.made(options)}
    reply = await page.ask("POST", "/auth/invitation/accept", body)
    assert reply.status == 200, reply.document
    return keeper


async def options_of(page: ConsolePage) -> dict[str, Any]:
    reply = await page.ask("POST", "/auth/passkey/options")
    options: dict[str, Any] = reply.document["publicKey"]
    assert (options["userVerification"], options["allowCredentials"]) == ("required", [])
    return options


async def status_of(page: ConsolePage, answer: dict[str, Any]) -> int:
    return (await page.ask("POST", "/auth/passkey", {"passkey": answer})).status


async def test_an_answer_counts_once(api: Api, page: ConsolePage, service: RunningService) -> None:
    keeper = await joined(api, page)
    async with another(service) as fresh:
        options = await options_of(fresh)
        kept = fresh.cookies()
        answer = keeper.answer(options)
        assert await status_of(fresh, answer) == 200
        assert (await fresh.who())["name"] == "Ada"
        # The browser has forgotten the challenge; whoever has copied its cookies has not.
        assert await status_of(fresh, answer) == 401
        fresh.session.cookie_jar.update_cookies(kept)
        assert await status_of(fresh, answer) == 401


async def test_a_challenge_belongs_to_the_browser_that_asked(
    api: Api, page: ConsolePage, service: RunningService
) -> None:
    keeper = await joined(api, page)
    async with another(service) as one, another(service) as other:
        options = await options_of(one)
        assert await status_of(other, keeper.answer(options)) == 401
        await options_of(other)
        assert await status_of(other, keeper.answer(options)) == 401
        assert await status_of(one, keeper.answer(options)) == 200


async def test_what_is_not_the_passkeys_own_answer_is_refused(
    api: Api, page: ConsolePage, service: RunningService
) -> None:
    keeper = await joined(api, page)
    stranger = replace(keeper, key=SoftAuthenticator("", "").key)
    wrong = [
        replace(keeper, origin="https://evil.example"),
        replace(keeper, rp_id="evil.example"),
        replace(keeper, is_verified=False),
        replace(keeper, credential_id=b"another passkey."),
        replace(keeper, user_handle="AAAAAAAAAAAAAAAAAAAAAA"),
        replace(keeper, user_handle="AAAA"),
        stranger,
    ]
    async with another(service) as fresh:
        for each in wrong:
            options = await options_of(fresh)
            assert await status_of(fresh, each.answer(options)) == 401, each
        for part in ("signature", "userHandle", "clientDataJSON", "authenticatorData"):
            answer = deepcopy(keeper.answer(await options_of(fresh)))
            answer["response"][part] = "AAAA"
            assert await status_of(fresh, answer) == 401, part
            del answer["response"][part]
            await options_of(fresh)
            assert await status_of(fresh, answer) == 401, part
        assert await fresh.who() is None
        assert await status_of(fresh, keeper.answer(await options_of(fresh))) == 200


async def test_a_count_that_does_not_grow_is_refused(api: Api, page: ConsolePage, service: RunningService) -> None:
    keeper = await joined(api, page)
    async with another(service) as fresh:
        keeper.count = 5
        assert await status_of(fresh, keeper.answer(await options_of(fresh))) == 200
        for count in (5, 4, 0):
            keeper.count = count
            assert await status_of(fresh, keeper.answer(await options_of(fresh))) == 401
        keeper.count = 6
        assert await status_of(fresh, keeper.answer(await options_of(fresh))) == 200


async def test_passkeys_are_added_and_removed_but_for_the_last_way_in(
    api: Api, page: ConsolePage, service: RunningService
) -> None:
    await joined(api, page)
    path = "/auth/account/passkeys"
    options = (await page.ask("POST", f"{path}/options")).document["publicKey"]
    assert len(options["excludeCredentials"]) == 1
    second = SoftAuthenticator(page.origin, NAME)
    made = second.made(options)
    added = await page.ask("POST", path, {"passkey": made, "name": "Phone"})
    assert [each["name"] for each in added.document["passkeys"]] == ["Passkey", "Phone"]
    again = await page.ask("POST", path, {"passkey": made})
    assert again.status == 401
    async with another(service) as fresh:
        assert await status_of(fresh, second.answer(await options_of(fresh))) == 200
    first, phone = (each["id"] for each in added.document["passkeys"])
    assert (await page.ask("DELETE", f"{path}/{first}")).status == 200
    last = await page.ask("DELETE", f"{path}/{phone}")
    assert (last.status, last.document["code"]) == (409, "last-way-in")
    assert (await page.ask("DELETE", f"{path}/{uuid4()}")).status == 404
    set_ = await page.ask("PUT", "/auth/account/passphrase", {"passphrase": PASSPHRASE})
    assert set_.document["hasPassphrase"] is True
    refused = await page.ask("DELETE", f"{path}/{phone}")
    assert (refused.status, refused.pointers) == (422, ["/currentPassphrase"])
    gone = await page.ask("DELETE", f"{path}/{phone}", {"currentPassphrase": PASSPHRASE})
    assert gone.document["passkeys"] == []
    async with another(service) as fresh:
        assert await status_of(fresh, second.answer(await options_of(fresh))) == 401


async def test_an_old_session_does_not_change_an_account_without_a_passphrase(
    api: Api, page: ConsolePage, service: RunningService
) -> None:
    await joined(api, page)
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE sign_in_sessions SET begun_at = begun_at - interval '16 minutes'")
    reply = await page.ask("PUT", "/auth/account/passphrase", {"passphrase": PASSPHRASE})
    assert (reply.status, reply.document["code"]) == (403, "sign-in-again")
    erased = await page.ask("DELETE", "/auth/account")
    assert erased.status == 403


async def test_a_passkey_of_one_account_does_not_become_anothers(
    api: Api, page: ConsolePage, service: RunningService
) -> None:
    keeper = await joined(api, page)
    async with another(service) as fresh:
        await joined(api, fresh)
        options = (await fresh.ask("POST", "/auth/account/passkeys/options")).document["publicKey"]
        taken = await fresh.ask("POST", "/auth/account/passkeys", {"passkey": keeper.made(options)})
        assert (taken.status, taken.document["code"]) == (422, "passkey-taken")
