"""Reads a declaration: the whole of it is checked before anything follows from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from application.declaration.errors import DeclarationRefused, Finding
from application.declaration.normal_forms import exact
from application.declaration.resources import (
    Declaration,
    DeclaredResource,
    Kind,
    Secret,
    Section,
    model_key,
    model_label,
    named_key,
)
from application.errors import InvalidInput
from application.policies.extra_headers import merged_headers
from domain.errors import InvalidValue
from domain.key_patterns import has_key_form
from domain.names import checked_name
from entrypoints.declaration.container import normal_endpoint, secret_hint
from entrypoints.declaration.file_models import (
    DeclarationFile,
    DeclaredAccessKey,
    DeclaredModel,
    DeclaredProvider,
    DeclaredWebhook,
    SecretReference,
)
from entrypoints.http.field_types import Body
from entrypoints.http.json_pointers import pointer_to, pointer_within
from entrypoints.validation_messages import refusal_of

LARGEST_SECRET: Final = 8192
_MOST_FINDINGS: Final = 50
_KEY: Final = re.compile(r"[\x21-\x7e]{1,4096}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSources:
    """Where references lead: the environment, and files, whose paths count from a folder."""

    environment: Mapping[str, str]
    folder: Path

    def secret(self, reference: SecretReference, place: str) -> Secret:
        """Return the secret that is meant; it may not be there.

        Raises:
            DeclarationRefused: the file cannot be read, or cannot be a secret.
        """
        if reference.env is not None:
            return Secret(
                source=f"the variable {reference.env}",
                reference={"env": reference.env},
                text=self.environment.get(reference.env) or None,
            )
        name = reference.file or ""
        try:
            with (self.folder / name).open("rb") as file:
                content = file.read(LARGEST_SECRET + 1)
            text = content.decode("utf-8").strip()
        except FileNotFoundError:
            text = ""
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            raise _refused(place, f"cannot be read: {reason}") from None
        if len(text) > LARGEST_SECRET:
            raise _refused(place, f"is a file of more than {LARGEST_SECRET:,} bytes")
        return Secret(source=f"the file {name}", reference={"file": name}, text=text or None)


def declaration_of(document: object, sources: SecretSources) -> Declaration:
    """Return what the document declares.

    Raises:
        DeclarationRefused: with a finding for each place where something is not allowed.
    """
    try:
        file = DeclarationFile.model_validate(document)
    except ValidationError as error:
        raise DeclarationRefused(_findings(error, document)) from None
    _refuse_keys(document)
    reader = _Reader(sources)
    resources = list(reader.resources(file))
    if reader.findings:
        raise DeclarationRefused(reader.findings)
    return Declaration(resources=resources, sections=frozenset(_sections(file)))


def _findings(error: ValidationError, document: object) -> list[Finding]:
    messages: dict[str, list[str]] = {}
    for finding in error.errors(include_url=False, include_input=False)[:_MOST_FINDINGS]:
        messages.setdefault(pointer_within(document, finding["loc"]), []).append(refusal_of(finding))
    return [
        Finding(place=place or "The file", message=" or ".join(dict.fromkeys(found)))
        for place, found in messages.items()
    ]


def _refuse_keys(document: object) -> None:
    """Refuse keys in every text: the log would keep them, and the file may be read by everybody."""
    findings = [
        Finding(place=pointer_to(place), message="has the form of a key: the file must not contain secrets")
        for place, text in _texts(document, ())
        if has_key_form(text) and place[-1:] != ("url",)
    ]
    if findings:
        raise DeclarationRefused(findings)


def _texts(value: object, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield (*place, name), name
            yield from _texts(member, (*place, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _texts(member, (*place, index))


def _sections(file: DeclarationFile) -> Iterator[Section]:
    if file.providers is not None:
        yield ("provider", ())
    for provider in file.providers or ():
        if provider.models is not None:
            yield ("model", named_key(provider.name))
    if file.access_keys is not None:
        yield ("access key", ())
    if file.webhooks is not None:
        yield ("webhook", ())


class _Reader:
    """Makes resources of what was validated, and gathers what is wrong with them all the same."""

    def __init__(self, sources: SecretSources) -> None:
        self._sources = sources
        self.findings: list[Finding] = []

    def resources(self, file: DeclarationFile) -> Iterator[DeclaredResource]:
        for index, provider in enumerate(file.providers or ()):
            place = f"/providers/{index}"
            yield self._provider(provider, place)
            for number, model in enumerate(provider.models or ()):
                yield self._model(provider, model, f"{place}/models/{number}")
        if "budget" in file.model_fields_set:
            usd = None if file.budget is None else file.budget.usd
            period = None if file.budget is None else file.budget.period
            fields = {"usd": usd, "period": period}
            yield DeclaredResource(kind="budget", key=(), label="of the organization", place="/budget", fields=fields)
        for index, key in enumerate(file.access_keys or ()):
            yield self._named("access key", key, f"/accessKeys/{index}", _written(key))
        for index, webhook in enumerate(file.webhooks or ()):
            yield self._webhook(webhook, f"/webhooks/{index}")

    def _named(
        self,
        kind: Kind,
        declared: DeclaredProvider | DeclaredAccessKey | DeclaredWebhook,
        place: str,
        fields: Mapping[str, Any],
        **more: Any,  # noqa: ANN401 - the secrets of each kind
    ) -> DeclaredResource:
        try:
            name = checked_name(declared.name)
        except InvalidValue as error:
            self.findings.append(Finding(place=f"{place}/name", message=f"cannot be used: {error.message}"))
            name = declared.name
        return DeclaredResource(
            kind=kind, key=named_key(name), label=name, place=place, fields={**fields, "name": name}, **more
        )

    def _provider(self, provider: DeclaredProvider, place: str) -> DeclaredResource:
        fields = _written(provider, but={"api_key", "extra_headers", "models"})
        # What is null here says nothing: the service has its own endpoint for the type.
        if fields.pop("endpoint", None) is not None:
            try:
                fields["endpoint"] = normal_endpoint(provider.endpoint or "")
            except ValueError as error:
                self.findings.append(Finding(place=f"{place}/endpoint", message=f"cannot be used: {error}"))
        secrets: dict[str, Secret | None] = {}
        if "api_key" in provider.model_fields_set:
            secrets["apiKey"] = self._secret(provider.api_key, f"{place}/apiKey", form=_KEY)
        headers = self._headers(provider, f"{place}/extraHeaders")
        return self._named("provider", provider, place, fields, secrets=secrets, headers=headers)

    def _headers(self, provider: DeclaredProvider, place: str) -> dict[str, Secret] | None:
        if provider.extra_headers is None:
            return None
        headers: dict[str, Secret] = {}
        for name, reference in provider.extra_headers.items():
            secret = self._secret(reference, f"{place}/{name}")
            if secret is not None:
                headers[name] = secret
        try:
            merged_headers({}, {name: secret.text or "-" for name, secret in headers.items()})
        except InvalidInput as error:
            pointer = (error.pointer or "").removeprefix("/extraHeaders")
            self.findings.append(Finding(place=place + pointer, message=f"cannot be used: {error.message}"))
        return headers

    def _model(self, provider: DeclaredProvider, model: DeclaredModel, place: str) -> DeclaredResource:
        fields = _written(model)
        if "config" in fields:
            fields["config"] = exact(model.config.document())
        return DeclaredResource(
            kind="model",
            key=model_key(provider.name, model.model_id),
            label=model_label(provider.name, model.model_id),
            place=place,
            # A fact that is null says nothing: the catalogue would fill it in at once.
            fields={name: value for name, value in fields.items() if value is not None},
        )

    def _webhook(self, webhook: DeclaredWebhook, place: str) -> DeclaredResource:
        url = (
            self._secret(webhook.url, f"{place}/url")
            if isinstance(webhook.url, SecretReference)
            else Secret(source="the file", reference={}, text=webhook.url)
        )
        if url is not None and url.text is not None:
            try:
                secret_hint("url", url.text)
            except ValueError as error:
                self.findings.append(Finding(place=f"{place}/url", message=f"cannot be used: {error}"))
        return self._named("webhook", webhook, place, _written(webhook, but={"url"}), secrets={"url": url})

    def _secret(
        self, reference: SecretReference | None, place: str, form: re.Pattern[str] | None = None
    ) -> Secret | None:
        if reference is None:
            return None
        try:
            secret = self._sources.secret(reference, place)
        except DeclarationRefused as error:
            self.findings += error.findings
            return None
        if form is not None and secret.text is not None and not form.fullmatch(secret.text):
            message = f"cannot be a key: {secret.source} has blanks, or other characters than visible ASCII"
            self.findings.append(Finding(place=place, message=message))
        return secret


def _written(model: Body, *, but: set[str] | None = None) -> dict[str, Any]:
    """Return the fields of the file, by the API's names; fractions are decimals."""
    dumped = model.model_dump(by_alias=True, exclude_unset=True, exclude=but)
    return {name: exact(value) for name, value in dumped.items()}


def _refused(place: str, message: str) -> DeclarationRefused:
    return DeclarationRefused([Finding(place=place, message=message)])
