"""Declarations are checked as a whole before anything follows from them."""

from pathlib import Path
from typing import Any

import pytest

from application.declaration.errors import DeclarationRefused
from application.declaration.resources import DeclaredResource
from entrypoints.declaration.read_declaration import SecretSources, declaration_of

OPENAI = {"name": "OpenAI", "providerType": "openai"}


def read(folder: Path = Path(), /, **parts: Any) -> list[DeclaredResource]:  # noqa: ANN401 - any document
    sources = SecretSources(environment={"KEY": "sk-in-a-variable", "ODD": "two words", "NONE": ""}, folder=folder)
    return list(declaration_of({"version": 1, **parts}, sources).resources)


def refused(folder: Path = Path(), /, **parts: Any) -> list[str]:  # noqa: ANN401 - as above
    with pytest.raises(DeclarationRefused) as refusal:
        read(folder, **parts)
    return [f"{finding.place} {finding.message}" for finding in refusal.value.findings]


def test_every_wrong_value_is_reported() -> None:
    found = refused(
        providers=[{"name": "", "providerType": "openai", "colour": "red"}, {"providerType": "openai"}],
        accessKeys=[{"name": "Search", "scope": "all", "modelIds": []}],
        budget={"usd": -1, "period": "year"},
        webhooks={},
    )
    assert [finding.split(" ")[0] for finding in found] == [
        "/providers/0/name",
        "/providers/0/colour",
        "/providers/1/name",
        "/budget/usd",
        "/budget/period",
        "/accessKeys/0/scope",
        "/accessKeys/0/modelIds",
        "/webhooks",
    ]


@pytest.mark.parametrize("document", [None, [], "x", {}, {"version": 2}, {"version": "1"}])
def test_what_is_no_declaration_is_refused(document: object) -> None:
    with pytest.raises(DeclarationRefused):
        declaration_of(document, SecretSources(environment={}, folder=Path()))


def test_keys_are_named_and_never_repeated() -> None:
    secret = "sk-proj-0123456789abcdefghijklmnop"
    written = refused(providers=[OPENAI | {"apiKey": secret}])
    assert written == [
        "/providers/0/apiKey is never written in the file: use {env: NAME} or {file: PATH} to refer to it"
    ]
    elsewhere = refused(accessKeys=[{"name": secret, "labels": {"team": secret}}])
    assert [finding.split(" ")[0] for finding in elsewhere] == ["/accessKeys/0/name", "/accessKeys/0/labels/team"]
    assert secret not in " ".join(written + elsewhere)


@pytest.mark.parametrize("reference", [{}, {"env": "A", "file": "b"}, {"env": "two words"}, {"var": "A"}, [], 7])
def test_a_reference_names_a_variable_or_a_file(reference: object) -> None:
    assert refused(providers=[OPENAI | {"apiKey": reference}])[0].startswith("/providers/0/apiKey")


def test_secrets_are_looked_up_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-in-a-file\n", "utf-8")
    texts = [
        provider.secrets["apiKey"].text  # type: ignore[union-attr]
        for reference in ({"env": "KEY"}, {"file": "key"}, {"env": "NONE"}, {"file": "nothing"})
        for provider in read(tmp_path, providers=[OPENAI | {"apiKey": reference}])
    ]
    assert texts == ["sk-in-a-variable", "sk-in-a-file", None, None]


def test_secrets_that_cannot_be_used_are_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "long").write_text("x" * 9000, "utf-8")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for reference in ({"env": "ODD"}, {"file": "folder"}, {"file": "long"}, {"file": "bytes"}):
        [found] = refused(tmp_path, providers=[OPENAI | {"apiKey": reference}])
        assert found.startswith("/providers/0/apiKey ")
        assert "two words" not in found


def test_addresses_and_headers_are_checked_too() -> None:
    assert refused(providers=[OPENAI | {"endpoint": "ftp://x"}, OPENAI | {"extraHeaders": {"Host": {"env": "KEY"}}}])[
        0
    ].startswith("/providers/0/endpoint cannot be used")
    [found] = refused(providers=[OPENAI | {"extraHeaders": {"Host": {"env": "KEY"}}}])
    assert found.startswith("/providers/0/extraHeaders")
    [found] = refused(webhooks=[{"name": "W", "url": "no address", "topics": ["*"]}])
    assert found.startswith("/webhooks/0/url cannot be used")


def test_an_endpoint_gets_the_form_in_which_it_is_kept() -> None:
    [provider] = read(providers=[OPENAI | {"endpoint": "https://API.OpenAI.com/v1/"}])
    assert provider.fields["endpoint"] == "https://api.openai.com/v1"
