"""The accounts that models are at: each becomes a provider."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from application.declaration.exported import VariableNames
from application.declaration.known_services import AZURE_VERSIONS, OPENAI, SERVICES, KnownService, may_hold_secret
from application.declaration.litellm.translation_notes import NotImported, TranslationNotes
from application.declaration.litellm.values import members

# Servers that each have an address of their own, and speak OpenAI's protocol.
SERVERS: Final[Mapping[str, KnownService]] = {
    **{
        name: KnownService(label=label, provider_type="openai_compatible", has_own_address=True)
        for name, label in (
            ("openai_like", "OpenAI-compatible"),
            ("custom_openai", "OpenAI-compatible"),
            ("lm_studio", "LM Studio"),
            ("llamafile", "llamafile"),
            ("litellm_proxy", "LiteLLM"),
        )
    },
    "hosted_vllm": KnownService(
        label="vLLM", provider_type="openai_compatible", settings={"preset": "vllm"}, has_own_address=True
    ),
    **{
        name: KnownService(
            label="Ollama",
            provider_type="openai_compatible",
            endpoint="http://localhost:11434",
            settings={"preset": "ollama"},
        )
        for name in ("ollama", "ollama_chat")
    },
}
_VARIABLE: Final = "os.environ/"
_AZURE_VERSION: Final = re.compile(r"20\d\d-\d\d-\d\d(?:-preview)?")

OF_PARAMS: Final = frozenset(
    {
        "model", "api_key", "api_base", "base_url", "api_version", "organization", "custom_llm_provider",
        "extra_headers", "headers", "litellm_credential_name",
    }
)  # fmt: skip
"""The fields that are taken over from here."""


class ProviderAccounts:
    """Makes a provider of each account, once; `secrets` are the texts that are in the configuration itself."""

    def __init__(self, environment: Mapping[str, str], own: Mapping[str, str], leftovers: TranslationNotes) -> None:
        """`own` are variables that the configuration sets: LiteLLM puts them over those of its environment."""
        self._environment = {**environment, **own}
        self._own = own
        self._leftovers = leftovers
        self._variables = VariableNames()
        self._literals: dict[str, str] = {}
        self._providers: dict[str, dict[str, Any]] = {}
        self.secrets: dict[str, str] = {}

    @property
    def providers(self) -> list[dict[str, Any]]:
        """All providers, in the order in which they came."""
        return list(self._providers.values())

    def provider(self, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the provider of a model at the service that LiteLLM calls so, with the models that it has so far.

        Raises:
            NotImported: there is no such service here, or it cannot be known where it is.
        """
        service = SERVICES.get(kind) or SERVERS.get(kind)
        if service is None:
            raise NotImported(f"there is no provider type for {kind}")
        given = self._text(params, "api_base", "base_url")
        endpoint = given or self._first_value(service.addresses) or service.endpoint
        if endpoint is None and service.has_own_address:
            raise NotImported("it has no api_base")
        settings = dict(service.settings)
        if kind == "openai" and endpoint is not None and not endpoint.startswith(OPENAI):
            # Another server: OpenAI's own key is not sent there unless the file says so.
            service = SERVERS["openai_like"]
        if kind == "azure":
            endpoint = _azure_root(endpoint or "")
            settings |= self._azure_version(params)
        if endpoint is not None and may_hold_secret(endpoint):
            raise NotImported(
                "its api_base has a password or a query, which may be secret: use api_key or extra_headers"
            )
        organization = self._text(params, "organization")
        if organization is not None and service.provider_type == "openai":
            settings["organization"] = organization
        host = ""
        if endpoint is not None and (service.has_own_address or given not in (None, service.endpoint)):
            host = endpoint.partition("://")[2].partition("/")[0]
        label = f"{service.label} {host}" if host and service.provider_type != "openai" else service.label
        key, own_key = self._key(service, params, label)
        headers = {**members(params.get("headers")), **members(params.get("extra_headers"))}
        account = repr((service.provider_type, endpoint, sorted(settings.items()), own_key, sorted(headers.items())))
        if account not in self._providers:
            name = self._name(label, None if host else own_key)
            self._providers[account] = {
                "name": name,
                "providerType": service.provider_type,
                **({} if endpoint is None else {"endpoint": endpoint}),
                **({} if key is None else {"apiKey": key}),
                **({"extraHeaders": self._headers(headers, name)} if headers else {}),
                **({"settings": settings} if settings else {}),
                "models": [],
            }
        return self._providers[account]

    def _key(
        self, service: KnownService, params: Mapping[str, Any], label: str
    ) -> tuple[dict[str, str] | None, str | None]:
        """Return the reference to the key, and its variable where that is not the usual one of the service."""
        value = str(params.get("api_key") or "")
        if not value:
            usual = self._first_set(service.keys) or next(iter(service.keys), None)
            return None if usual is None else self._reference(usual), None
        if value.startswith(_VARIABLE):
            variable = value.removeprefix(_VARIABLE)
            return self._reference(variable), None if variable in service.keys else variable
        reference = self._literal(value, label, "api key")
        return reference, reference["env"]

    def _reference(self, variable: str) -> dict[str, str]:
        if variable in self._own:
            self.secrets[variable] = self._own[variable]
        return {"env": variable}

    def _literal(self, text: str, *words: str) -> dict[str, str]:
        """Return a reference to a secret in the configuration itself, the same one for the same secret."""
        known = self._literals.get(text)
        if known is None:
            known = self._literals[text] = self._variables.name("LITELLM", *words)
            self.secrets[known] = text
            self._leftovers.note(
                f"The file contains a secret of {words[0]}; the declaration refers to the variable {known} instead."
            )
        return {"env": known}

    def _headers(self, headers: Mapping[str, Any], provider: str) -> dict[str, dict[str, str]]:
        return {
            str(name): self._reference(str(value).removeprefix(_VARIABLE))
            if str(value).startswith(_VARIABLE)
            else self._literal(str(value), provider, str(name))
            for name, value in headers.items()
        }

    def _name(self, label: str, own_key: str | None) -> str:
        """Return a name that stays the same when other accounts are added, if the account can be distinguished."""
        taken = {provider["name"] for provider in self._providers.values()}
        start = label if own_key is None or own_key in self.secrets else f"{label} ({own_key})"
        name, number = start, 1
        while name in taken:
            number += 1
            name = f"{start} {number}"
        return name

    def _azure_version(self, params: Mapping[str, Any]) -> dict[str, str]:
        version = self._text(params, "api_version") or self._first_value(AZURE_VERSIONS)
        if version is not None and not _AZURE_VERSION.fullmatch(version):
            why = "the dated versions of Azure's API are known here"
            self._leftovers.leave(f"api_version {version}", "models at Azure", why)
            return {}
        return {} if version is None else {"apiVersion": version}

    def _text(self, params: Mapping[str, Any], *names: str) -> str | None:
        """Return a value, looked up where it names a variable."""
        value = next((params[name] for name in names if params.get(name)), None)
        if value is None:
            return None
        if not str(value).startswith(_VARIABLE):
            return str(value)
        variable = str(value).removeprefix(_VARIABLE)
        found = self._environment.get(variable)
        if not found:
            raise NotImported(f"the variable {variable}, its {names[0]}, is not set here")
        return found

    def _first_set(self, names: Iterable[str]) -> str | None:
        return next((name for name in names if self._environment.get(name)), None)

    def _first_value(self, names: Iterable[str]) -> str | None:
        name = self._first_set(names)
        return None if name is None else self._environment[name]


def _azure_root(endpoint: str) -> str:
    """Return the root of the resource: what follows belongs to one deployment."""
    return endpoint.partition("/openai")[0] if ".azure." in endpoint else endpoint
