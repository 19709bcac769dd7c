"""Members without an identity provider: invited, signed in, changed, removed and erased."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from application import run_in_thread
from tests.e2e.api_client import Api, Document
from tests.e2e.console_page import ConsolePage, a_page
from tests.e2e.running_service import RunningService

Pages = Callable[[], Awaitable[ConsolePage]]

MEMBERS: Final = "/api/ai/members"
PASSPHRASE: Final = "seven brave otters swim"
ANOTHER: Final = "nine calm otters sleep"


@pytest.fixture
async def pages(service: RunningService) -> AsyncIterator[Pages]:
    """Open browsers."""
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(a_page(service.url))


@pytest.fixture
def owner_of_service(service: RunningService) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(service.database.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(autouse=True)
def _restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one sign-in follow another at once."""
    monkeypatch.setattr(run_in_thread, "_LONGEST_REST_SECONDS", 0.0)


def an_address() -> str:
    return f"{uuid4().hex}@example.org"


async def invited(api: Api, address: str | None = None, role: str = "admin", **more: object) -> Document:
    reply = await api.post(MEMBERS, {"address": address or an_address(), "role": role, **more})
    assert reply.status == 201, reply.text
    document: Document = reply.document
    return document


def token_of(member: Document) -> str:
    return str(member["invitationUrl"]).partition("#/invitation/")[2]


async def joined(page: ConsolePage, member: Document, name: str = "Ada", passphrase: str = PASSPHRASE) -> Any:  # noqa: ANN401 - JSON
    body = {"invitation": token_of(member), "name": name, "passphrase": passphrase}
    reply = await page.ask("POST", "/auth/invitation/accept", body)
    assert reply.status == 200, reply.document
    return reply.document["session"]


async def signed_in(page: ConsolePage, address: str, passphrase: str = PASSPHRASE) -> int:
    return (await page.ask("POST", "/auth/passphrase", {"address": address, "passphrase": passphrase})).status


async def test_somebody_is_invited_joins_works_signs_out_and_in(
    api: Api, pages: Pages, service: RunningService, owner_of_service: psycopg.Connection[Any]
) -> None:
    address = an_address()
    member = await invited(api, address, "editor", name="Ada")
    assert (member["status"], member["name"], member["role"]) == ("invited", "Ada", "editor")
    assert member["invitationUrl"].startswith(f"{service.url}/#/invitation/mbi_")
    page = await pages()
    found = (await page.ask("POST", "/auth/invitation", {"invitation": token_of(member)})).document
    assert (found["address"], found["role"], found["organizationId"]) == (address, "editor", str(api.organization_id))
    session = await joined(page, member)
    assert (session["actor"], session["role"], session["name"]) == (member["id"], "editor", "Ada")
    assert [each["status"] for each in await api.rows(MEMBERS)] == ["active"]

    assert (await page.ask("GET", "/api/ai/models")).status == 200
    assert (await page.ask("GET", MEMBERS)).status == 403
    reply = await page.ask("POST", "/auth/logout")
    assert reply.document == {"providerSignOutUrl": None}
    assert await page.who() is None
    assert (await page.ask("GET", "/api/ai/models")).status == 401

    again = await pages()
    assert await signed_in(again, address.upper()) == 200
    assert (await again.who())["organizationId"] == str(api.organization_id)

    events = await api.rows("/api/ai/audit")
    assert [(each["type"], each["actor"] == member["id"]) for each in events] == [
        ("member.joined", True),
        ("member.invited", False),
    ]
    assert events[0]["actorName"] == "Ada"
    stored = owner_of_service.execute(
        "SELECT string_agg(convert_from(state, 'UTF8') || actor, '') FROM events WHERE organization_id = %s",
        (api.organization_id,),
    ).fetchone()
    assert stored is not None
    assert "Ada" not in stored[0]
    assert address not in stored[0]


async def test_an_invitation_is_good_once_and_of_two_one_wins(api: Api, pages: Pages) -> None:
    member = await invited(api)
    two = [await pages(), await pages()]
    body = {"invitation": token_of(member), "name": "Ada", "passphrase": PASSPHRASE}
    replies = await asyncio.gather(*(page.ask("POST", "/auth/invitation/accept", body) for page in two))
    assert sorted(reply.status for reply in replies) == [200, 410]
    late = await (await pages()).ask("POST", "/auth/invitation", {"invitation": token_of(member)})
    assert (late.status, late.document["code"]) == (410, "invitation-not-valid")
    [joined_event] = [each for each in await api.rows("/api/ai/audit") if each["type"] == "member.joined"]
    assert joined_event["aggregateId"] == member["id"]


async def test_a_link_that_was_replaced_withdrawn_aged_or_changed_is_not_good(
    api: Api, pages: Pages, owner_of_service: psycopg.Connection[Any]
) -> None:
    page: ConsolePage = await pages()

    async def is_good(token: str) -> bool:
        reply = await page.ask("POST", "/auth/invitation", {"invitation": token})
        body = {"invitation": token, "passphrase": "short"}
        accepted = await page.ask("POST", "/auth/invitation/accept", body)
        assert (reply.status, accepted.status) in {(200, 422), (410, 410)}
        return reply.status == 200

    member = await invited(api)
    assert await is_good(token_of(member))
    again = (await api.post(f"{MEMBERS}/{member['id']}/invitation")).document
    assert not await is_good(token_of(member))
    assert await is_good(token_of(again))
    token = token_of(again)
    assert not await is_good(token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1])
    assert not await is_good("mbi_nothing")
    owner_of_service.execute(
        "UPDATE member_profiles SET invitation_expires_at = now() WHERE member_id = %s", (member["id"],)
    )
    assert not await is_good(token)
    newest = (await api.post(f"{MEMBERS}/{member['id']}/invitation")).document
    assert await is_good(token_of(newest))
    [(left,)] = owner_of_service.execute(
        "SELECT invitation_expires_at - now() FROM member_profiles WHERE member_id = %s", (member["id"],)
    ).fetchall()
    assert timedelta(hours=71) < left <= timedelta(hours=72)
    assert (await api.delete(f"{MEMBERS}/{member['id']}")).status == 204
    assert not await is_good(token_of(newest))
    assert await api.rows(MEMBERS) == []
    held = owner_of_service.execute("SELECT 1 FROM member_profiles WHERE member_id = %s", (member["id"],)).fetchall()
    assert held == []


async def test_a_repeated_invitation_gives_the_link_once(api: Api) -> None:
    body = {"address": an_address(), "role": "viewer"}
    first, second = [await api.post(MEMBERS, body, Idempotency_Key="one") for _ in range(2)]
    assert first.document["invitationUrl"] is not None
    assert second.document == {**first.document, "invitationUrl": None}


async def test_an_address_is_invited_once_until_it_is_free_again(api: Api) -> None:
    address = an_address()
    member = await invited(api, address)
    taken = await api.post(MEMBERS, {"address": address.title(), "role": "viewer"})
    assert (taken.status, taken.document["code"], taken.pointers) == (409, "address-taken", ["/address"])
    assert (await api.delete(f"{MEMBERS}/{member['id']}")).status == 204
    await invited(api, address)
    await invited(api.elsewhere(), address)


@pytest.mark.parametrize("address", ["nobody", "a b@example.org", "a@b@example.org", "a@", f"{'a' * 65}@example.org"])
async def test_what_is_no_address_is_refused(api: Api, address: str) -> None:
    reply = await api.post(MEMBERS, {"address": address, "role": "viewer"})
    assert (reply.status, reply.pointers) == (422, ["/address"])


async def test_one_person_is_a_member_of_two_organizations_and_switches(api: Api, pages: Pages) -> None:
    page, other, address = await pages(), api.elsewhere(), an_address()
    here = await joined(page, await invited(api, address, "admin"))
    second = await invited(other, address, "viewer")
    # With a new account for the same address nobody gets in.
    body = {"invitation": token_of(second), "passphrase": PASSPHRASE}
    refused = await (await pages()).ask("POST", "/auth/invitation/accept", body)
    assert (refused.status, refused.document["code"]) == (409, "account-exists")
    accepted = await page.ask("POST", "/auth/invitation/accept", {"invitation": token_of(second)})
    there = accepted.document["session"]
    assert (there["organizationId"], there["role"], there["actor"]) == (
        str(other.organization_id),
        "viewer",
        second["id"],
    )
    assert there["accountId"] == here["accountId"]
    assert {each["id"]: each["role"] for each in there["organizations"]} == {
        str(api.organization_id): "admin",
        str(other.organization_id): "viewer",
    }
    assert (await page.ask("GET", MEMBERS)).status == 403
    switched = await page.ask("POST", "/auth/session", {"organizationId": str(api.organization_id)})
    assert (switched.document["session"]["actor"], switched.document["session"]["role"]) == (here["actor"], "admin")
    [mine] = (await page.ask("GET", MEMBERS)).document["data"]
    assert mine["id"] == here["actor"]
    twice = await invited(api, an_address(), "viewer")
    again = await page.ask("POST", "/auth/invitation/accept", {"invitation": token_of(twice)})
    assert (again.status, again.document["code"]) == (409, "already-a-member")


async def test_roles_and_removals_count_at_once(api: Api, pages: Pages) -> None:
    page = await pages()
    await joined(await pages(), await invited(api))
    member = await invited(api, role="viewer")
    await joined(page, member)
    create = {"name": "P", "providerType": "openai_compatible", "endpoint": "http://127.0.0.1:9/v1"}
    assert (await page.ask("POST", "/api/ai/providers", create)).status == 403
    stale = await api.patch(f"{MEMBERS}/{member['id']}", {"role": "admin"}, If_Match='"1"')
    assert stale.status == 412
    changed = await api.patch(f"{MEMBERS}/{member['id']}", {"role": "admin"}, If_Match='"2"')
    assert (changed.status, changed.document["role"], changed.revision) == (200, "admin", 3)
    assert (await page.ask("POST", "/api/ai/providers", create)).status == 201
    assert (await api.delete(f"{MEMBERS}/{member['id']}")).status == 204
    assert (await page.ask("GET", "/api/ai/providers")).status == 403
    assert (await page.who())["organizations"] == []
    assert (await api.ask("GET", f"{MEMBERS}/{member['id']}")).status == 404
    history = await api.rows(f"{MEMBERS}/{member['id']}/history")
    assert [each["type"] for each in history] == [
        "member.removed",
        "member.role-changed",
        "member.joined",
        "member.invited",
    ]
    assert {each["actorName"] for each in history if each["type"] == "member.joined"} == {"Ada"}


async def test_the_last_admin_stays_until_there_is_another(api: Api, pages: Pages) -> None:
    member = await invited(api)
    page = await pages()
    await joined(page, member)
    path = f"{MEMBERS}/{member['id']}"
    for reply in (await api.delete(path), await api.patch(path, {"role": "viewer"})):
        assert (reply.status, reply.document["code"]) == (409, "last-admin")
    erased = await page.ask("DELETE", "/auth/account", {"currentPassphrase": PASSPHRASE})
    assert (erased.status, erased.document["code"]) == (409, "last-admin")
    second = await invited(api)
    # Whoever is only invited administers nothing.
    assert (await api.delete(path)).status == 409
    await joined(await pages(), second)
    both = await asyncio.gather(api.delete(path), api.delete(f"{MEMBERS}/{second['id']}"))
    assert sorted(reply.status for reply in both) == [204, 409]


async def test_an_unknown_address_is_answered_like_a_wrong_passphrase(api: Api, pages: Pages) -> None:
    address = an_address()
    await joined(await pages(), await invited(api, address))
    page = await pages()
    answers = []
    for tried, passphrase in ((address, ANOTHER), (an_address(), PASSPHRASE), (address, "x" * 1024)):
        reply = await page.ask("POST", "/auth/passphrase", {"address": tried, "passphrase": passphrase})
        assert reply.status == 401
        answers.append({name: value for name, value in reply.document.items() if name != "requestId"})
    assert answers[0] == answers[1] == answers[2]
    assert page.cookies() == {}


async def test_guessing_is_slowed_down_for_the_account_in_every_process(
    api: Api, pages: Pages, owner_of_service: psycopg.Connection[Any]
) -> None:
    address, page = an_address(), await pages()
    await joined(await pages(), await invited(api, address))
    assert [await signed_in(page, address, ANOTHER) for _ in range(9)] == [401] * 9
    assert await signed_in(page, address) == 200
    assert [await signed_in(page, address, ANOTHER) for _ in range(11)] == [401] * 10 + [429]
    reply = await page.ask("POST", "/auth/passphrase", {"address": address.upper(), "passphrase": PASSPHRASE})
    assert (reply.status, reply.document["code"]) == (429, "too-many-attempts")
    assert 0 < int(reply.headers["Retry-After"]) <= 900
    rows = owner_of_service.execute("SELECT max(attempts) FROM sign_in_attempts").fetchall()
    assert rows[0][0] >= 11


async def test_no_other_page_and_no_program_signs_in(api: Api, pages: Pages) -> None:
    address, page = an_address(), await pages()
    await joined(await pages(), await invited(api, address))
    body = {"address": address, "passphrase": PASSPHRASE}
    for headers in ({"Origin": ""}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        reply = await page.ask("POST", "/auth/passphrase", body, **headers)
        assert (reply.status, reply.document["code"]) == (403, "cross-site-request")
    assert page.cookies() == {}


async def test_a_passphrase_is_changed_and_other_sessions_end(api: Api, pages: Pages) -> None:
    address, page, elsewhere = an_address(), await pages(), await pages()
    await joined(page, await invited(api, address))
    assert await signed_in(elsewhere, address) == 200
    path = "/auth/account/passphrase"
    refusals = [
        ({"passphrase": ANOTHER}, "/currentPassphrase"),
        ({"passphrase": ANOTHER, "currentPassphrase": "wrong one of mine"}, "/currentPassphrase"),
        ({"passphrase": "too short", "currentPassphrase": PASSPHRASE}, "/passphrase"),
        ({"passphrase": "password1234", "currentPassphrase": PASSPHRASE}, "/passphrase"),
        ({"passphrase": address.upper(), "currentPassphrase": PASSPHRASE}, "/passphrase"),
    ]
    for body, pointer in refusals:
        reply = await page.ask("PUT", path, body)
        assert (reply.status, reply.pointers) == (422, [pointer]), body
    assert await elsewhere.who() is not None
    changed = await page.ask("PUT", path, {"passphrase": ANOTHER, "currentPassphrase": PASSPHRASE})
    assert (changed.status, changed.document["hasPassphrase"]) == (200, True)
    assert await page.who() is not None
    assert await elsewhere.who() is None
    assert [await signed_in(elsewhere, address), await signed_in(elsewhere, address, ANOTHER)] == [401, 200]


async def test_a_new_name_is_seen_everywhere(api: Api, pages: Pages) -> None:
    page, other = await pages(), api.elsewhere()
    await joined(page, await invited(api), name="Ada")
    second = await invited(other)
    await page.ask("POST", "/auth/invitation/accept", {"invitation": token_of(second)})
    reply = await page.ask("PATCH", "/auth/account", {"name": "Ada Lovelace"})
    assert (reply.document["name"], (await page.who())["name"]) == ("Ada Lovelace", "Ada Lovelace")
    for each in (api, other):
        assert [member["name"] for member in await each.rows(MEMBERS, q="lovelace")] == ["Ada Lovelace"]
        assert (await each.rows("/api/ai/audit"))[0]["actorName"] == "Ada Lovelace"


async def test_who_is_erased_leaves_ids_and_nothing_else(
    api: Api, pages: Pages, owner_of_service: psycopg.Connection[Any]
) -> None:
    address, page, elsewhere = an_address(), await pages(), await pages()
    await joined(await pages(), await invited(api))
    member = await invited(api, address)
    account_id = (await joined(page, member, name="Grace Hopper"))["accountId"]
    assert await signed_in(elsewhere, address) == 200
    wrong = await page.ask("DELETE", "/auth/account", {"currentPassphrase": ANOTHER})
    assert (wrong.status, wrong.pointers) == (422, ["/currentPassphrase"])
    reply = await page.ask("DELETE", "/auth/account", {"currentPassphrase": PASSPHRASE})
    assert (reply.status, reply.document) == (200, {"erased": True})
    assert (await page.who(), await elsewhere.who()) == (None, None)
    assert await signed_in(page, address) == 401
    assert [each["id"] for each in await api.rows(MEMBERS) if each["id"] == member["id"]] == []
    events = [each for each in await api.rows("/api/ai/audit") if each["actor"] == member["id"]]
    assert [(each["type"], each["actorName"]) for each in events] == [
        ("member.left", "former member"),
        ("member.joined", "former member"),
    ]
    for table in ("persons", "passkeys", "member_profiles", "members", "sign_in_sessions"):
        query = sql.SQL("SELECT to_jsonb(t)::text FROM {} t").format(sql.Identifier(table))
        rows = owner_of_service.execute(query).fetchall()
        assert [row for row in rows if account_id in row[0] or address in row[0] or "Hopper" in row[0]] == []


async def test_nobody_sees_accounts_of_others(api: Api, service: RunningService, pages: Pages) -> None:
    """With the service's own login, and whatever organization it acts for."""
    await joined(await pages(), await invited(api))
    await joined(await pages(), await invited(api.elsewhere()))
    with psycopg.connect(service.database.app_url, autocommit=True) as app, app.transaction():
        app.execute("SELECT set_config('app.organization_id', %s, true)", (str(api.organization_id),))
        assert app.execute("SELECT 1 FROM persons UNION ALL SELECT 1 FROM passkeys").fetchall() == []
        rows = app.execute("SELECT DISTINCT organization_id FROM member_profiles").fetchall()
        assert rows == [(api.organization_id,)]
        app.execute("SELECT set_config('app.organization_id', '', true)")
        assert app.execute("SELECT 1 FROM member_profiles UNION ALL SELECT 1 FROM members").fetchall() == []


async def test_an_organization_that_is_removed_takes_its_members_along(
    api: Api, pages: Pages, owner_of_service: psycopg.Connection[Any]
) -> None:
    page = await pages()
    await joined(page, await invited(api))
    await invited(api)
    platform = api.of(None, is_platform_admin=True)
    assert (await platform.delete(f"/api/admin/organizations/{api.organization_id}")).status == 204
    assert (await page.who())["organizations"] == []
    held = owner_of_service.execute(
        "SELECT 1 FROM member_profiles WHERE organization_id = %(id)s"
        " UNION ALL SELECT 1 FROM members WHERE organization_id = %(id)s",
        {"id": api.organization_id},
    ).fetchall()
    assert held == []
    erased = await page.ask("DELETE", "/auth/account", {"currentPassphrase": PASSPHRASE})
    assert erased.status == 200
