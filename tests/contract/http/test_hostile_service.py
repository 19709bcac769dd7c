"""What `apply` and `export` are answered by need not be Modelbook, nor mean well."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.rest_api.organization import RestApiOrganization, organization_over_http
from application.declaration.errors import DeclarationError, ServiceRefused, ServiceUnreachable
from entrypoints.cli.output import visible

TOKEN = "the token of an administrator"
ENDLESS = '{"data": [], "pagination": {"hasMore": true, "nextCursor": "again"}}'
END = '{"data": [%s], "pagination": {"hasMore": false}}'


@asynccontextmanager
async def answered(
    answer: Callable[[web.Request], web.Response],
) -> AsyncIterator[tuple[RestApiOrganization, list[str]]]:
    """Give the organization at a service that answers so, and the requests to it."""
    asked: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request.path)
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server, organization_over_http(str(server.make_url("/")), TOKEN) as organization:
        yield organization, asked


async def test_the_token_goes_nowhere_else() -> None:
    other: list[str] = []

    async def take(request: web.Request) -> web.Response:
        other.append(request.headers.get("Authorization", ""))
        return web.Response(text="{}")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    async with TestServer(app) as there:
        location = str(there.make_url("/api/ai/providers"))
        for status in (301, 302, 303, 307, 308):

            def redirected(_: web.Request, status: int = status) -> web.Response:
                return web.Response(status=status, headers={"Location": location}, text="{}")

            async with answered(redirected) as (organization, asked):
                with pytest.raises(ServiceUnreachable, match="not Modelbook"):
                    await organization.create("provider", {"apiKey": "a key"})
            assert asked == ["/api/ai/providers"]
    assert other == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "<html>",
        "[" * 200_000,
        '{"data": null, "pagination": {}}',
        '{"data": [1], "pagination": 1}',
        '{"data": []}',
        END % "{}",
        END % '"row"',
        ENDLESS,
    ],
)
async def test_answers_of_another_form_are_reported_in_a_sentence(text: str) -> None:
    async with answered(lambda _: web.Response(text=text)) as (organization, _):
        with pytest.raises(ServiceUnreachable, match=r"^(The service|What answers) at .*\.$"):
            await organization.resources()
        if text != ENDLESS:
            with pytest.raises(ServiceUnreachable):
                await organization.create("access key", {"name": "K"})
        with pytest.raises(ServiceUnreachable):
            await organization.change_models([{"op": "create"}])


async def test_fewer_results_than_changes_are_no_answer() -> None:
    async with answered(lambda _: web.Response(text='{"results": []}')) as (organization, _):
        with pytest.raises(ServiceUnreachable):
            await organization.change_models([{"op": "create"}])


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (
            '{"detail": "No.", "errors": [{"pointer": "/a", "message": "No."}, {"pointer": "/b", "message": "Not."}]}',
            "No. (/b Not.)",
        ),
        ('{"detail": "No.", "errors": {"x": 1}}', "No."),
        ('{"detail": "No.", "errors": ["x"]}', "No."),
        (f'{{"detail": "{"x" * 3000}"}}', "x" * 2000 + "…"),
    ],
)
async def test_a_refusal_is_reported_once_and_briefly(problem: str, told: str) -> None:
    async with answered(lambda _: web.Response(text=problem, status=422)) as (organization, _):
        with pytest.raises(ServiceRefused) as refusal:
            await organization.check(None)
    assert refusal.value.message == told


async def test_a_netrc_is_not_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    # Nobody listens there; before, the command ended for two kinds of credentials.
    async with organization_over_http("https://127.0.0.1:1", TOKEN) as organization:
        with pytest.raises(DeclarationError, match="cannot be reached"):
            await organization.check(None)


def test_no_control_sequences_are_sent_to_a_terminal() -> None:
    told = visible("\x1b]0;title\x07\x1b[2K\rprovider \u202eIAnepO\n+ provider Zoë 模型 👩\u200d💻\x9b1m")
    assert told == ("\\x1b]0;title\\x07\\x1b[2K\\rprovider \\u202eIAnepO\\n+ provider Zoë 模型 👩\u200d💻\\x9b1m")
