"""What the configuration of a LiteLLM proxy (its config.yaml) amounts to here.

Its `model_list` becomes providers, one for each account, and their models: what clients ask for (`model_name`) is a
model's name here too, and all models that are called so share the prompts. The facts about the file are from LiteLLM's
documentation of October 2026 (docs.litellm.ai: proxy/configs, proxy/config_settings, proxy/custom_pricing, routing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from application.declaration.exported import VERSION, VariableNames
from application.declaration.known_services import AZURE_VERSIONS, OPENAI, SERVICES, KnownService
from application.declaration.resources import DeclarationRefused, Finding
from application.declaration.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_VARIABLE: Final = "os.environ/"
_MOST_NAMED: Final = 5

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
# LiteLLM knows these without a prefix.
_WITHOUT_PREFIX: Final = (
    (re.compile(r"(?:gpt-|chatgpt-|o[134](?:-|\Z)|text-embedding-|dall-e|whisper|tts-|ft:gpt-)"), "openai"),
    (re.compile(r"claude-"), "anthropic"),
)
# Which of the provider's APIs LiteLLM is to use: that is chosen here by itself.
_ROUTES: Final = ("responses/", "o_series/", "chat/")
_AZURE_VERSION: Final = re.compile(r"20\d\d-\d\d-\d\d(?:-preview)?")

_CONFIG: Final = {
    "temperature": "temperature",
    "top_p": "topP",
    "max_tokens": "maxTokens",
    "max_completion_tokens": "maxTokens",
    "stop": "stop",
    "reasoning_effort": "reasoningEffort",
    "weight": "weight",
    "order": "preference",
    "timeout": "deadlineSeconds",
    "additional_drop_params": "drop",
}
_NO_NUMBERS: Final = frozenset({"stop", "reasoning_effort", "additional_drop_params"})
_LONGEST_SECONDS: Final = 600
_EFFORTS: Final = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"})

_PRICES: Final = {
    "input_cost_per_token": "inputPer1kTokens",
    "output_cost_per_token": "outputPer1kTokens",
    "cache_read_input_token_cost": "cachedInputPer1kTokens",
    "cache_creation_input_token_cost": "cacheWritePer1kTokens",
    "cache_creation_input_token_cost_above_1hr": "cacheWrite1hPer1kTokens",
    "output_cost_per_reasoning_token": "reasoningPer1kTokens",
    "input_cost_per_audio_token": "audioInputPer1kTokens",
}
_TIER: Final = re.compile(r"(?P<price>\w+)_above_(?P<thousands>\d+)k_tokens")
_TYPES: Final = {
    "embedding": "embedding",
    "image_generation": "image",
    "image_edit": "image",
    "video_generation": "video",
    "audio_transcription": "audio",
    "audio_speech": "audio",
    "moderation": "moderation",
    "moderations": "moderation",
    "rerank": "rerank",
}
_TEXT_MODES: Final = frozenset({"chat", "completion", "responses"})
_CAPABILITIES: Final = {
    "supports_vision": "vision",
    "supports_function_calling": "function_calling",
    "supports_response_schema": "structured_output",
    "supports_reasoning": "reasoning",
    "supports_pdf_input": "pdf_input",
    "supports_audio_input": "audio_input",
    "supports_web_search": "web_search",
}
_FACTS: Final = frozenset({"mode", "base_model", "max_tokens", "max_input_tokens", "max_output_tokens"})
_ACCOUNT: Final = frozenset(
    {
        "model", "api_key", "api_base", "base_url", "api_version", "organization", "custom_llm_provider",
        "extra_headers", "headers", "litellm_credential_name",
    }
)  # fmt: skip
_NO_LIMITS: Final = "limits are those of access keys and of the organization here (docs/access-keys.md)"
_BY_ITSELF: Final = "the service tries again, and other models of the name, by itself (docs/choice.md)"
_SAME_NAME: Final = "a prompt goes on to models of the same name: give those that name and a higher config.preference"
_REASONS: Final = {
    "rpm": _NO_LIMITS,
    "tpm": _NO_LIMITS,
    "max_parallel_requests": _NO_LIMITS,
    "max_budget": "budgets are those of access keys and of the organization here",
    "budget_duration": "budgets are those of access keys and of the organization here",
    "max_retries": _BY_ITSELF,
    "num_retries": _BY_ITSELF,
    "stream_timeout": "set firstByteSeconds and idleSeconds in the model's config",
    "access_groups": "access keys name the models that they may use",
    "tags": "access keys name the models that they may use, and have labels",
    "id": "models get ids of their own here",
    "master_key": "each program gets an access key of its own here (accessKeys in a declaration)",
    "database_url": "keys, teams and spend are in LiteLLM's database, and not in this file",
    "store_model_in_db": "models that were added in LiteLLM's page are in its database, and not in this file",
    "alerting": "webhooks tell of events here (webhooks in a declaration)",
    "success_callback": "usage and the request log are kept here; webhooks tell of events",
    "failure_callback": "usage and the request log are kept here; webhooks tell of events",
    "callbacks": "usage and the request log are kept here; webhooks tell of events",
    "cache": "answers are never kept here",
    "cache_params": "answers are never kept here",
    "drop_params": "what only tunes is left out across protocols and named in Ignored-Fields (docs/clients.md)",
    "fallbacks": _SAME_NAME,
    "default_fallbacks": _SAME_NAME,
    "content_policy_fallbacks": "nobody else is asked after a content filter: the answer would be the same",
    "context_window_fallbacks": "a prompt that is too long goes to models of the same name that read more, by itself",
    "routing_strategy": "prompts are spread by config.preference, config.weight and what is under way (docs/choice.md)",
    "allowed_fails": _BY_ITSELF,
    "cooldown_time": _BY_ITSELF,
    "retry_policy": _BY_ITSELF,
    "timeout": "set deadlineSeconds in the models' config",
    "request_timeout": "set deadlineSeconds in the models' config",
    "include": "import the files that it names one by one",
    "redis_host": "see MODELBOOK_RATE_LIMIT_STORAGE",
}
_NOTHING: Final = "there is nothing here that it could become"
_PERIODS: Final = {"1d": "day", "24h": "day", "7d": "week", "1w": "week", "30d": "month", "1mo": "month"}
_SETTINGS: Final = ("litellm_settings", "router_settings", "general_settings")
_SECTIONS: Final = frozenset({"model_list", "environment_variables", "credential_list", *_SETTINGS})


class _NotTaken(Exception):
    """Why an entry of the list cannot be taken over."""


@dataclass(frozen=True, slots=True)
class _Account:
    """What makes one provider: its fields, and where its secrets are from."""

    provider: dict[str, Any]
    identity: str


def from_litellm(config: object, environment: Mapping[str, str]) -> Translation:
    """Return the declaration, and a sentence about each thing that it could not take over.

    Raises:
        DeclarationRefused: it is not such a configuration.
    """
    if not isinstance(config, dict):
        raise DeclarationRefused(
            [Finding(place="The file", message="is no configuration of LiteLLM: it has no model_list")]
        )
    if not isinstance(config.get("model_list"), list):
        raise DeclarationRefused([Finding(place="/model_list", message="should be an array of models")])
    return _Translator(config, environment).translation()


class _Translator:
    """Goes through a configuration, and remembers what it could not take over."""

    def __init__(self, config: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._config = config
        # LiteLLM sets them in its own environment.
        own = _mapping(config.get("environment_variables"))
        self._own_variables = {str(name): str(value) for name, value in own.items() if value is not None}
        self._environment = {**environment, **self._own_variables}
        self._credentials = {
            str(each.get("credential_name")): _mapping(each.get("credential_values"))
            for each in map(_mapping, _list(config.get("credential_list")))
        }
        self._variables = VariableNames()
        self._literals: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        self._providers: dict[str, dict[str, Any]] = {}
        self._models: dict[tuple[str, str], dict[str, Any]] = {}
        self._left: dict[tuple[str, str], list[str]] = {}
        self._notes: list[str] = []

    def translation(self) -> Translation:
        for index, entry in enumerate(self._config["model_list"]):
            name = str(_mapping(entry).get("model_name"))
            try:
                self._take(name, _mapping(entry))
            except _NotTaken as reason:
                self._notes.append(f"The model {name} (/model_list/{index}) is left out: {reason}.")
        document: dict[str, Any] = {"version": VERSION, "providers": list(self._providers.values())}
        budget = self._budget()
        if budget is not None:
            document["budget"] = budget
        self._note_settings()
        left = [f"{what} of {_some(names)} is left out: {why}." for (what, why), names in self._left.items()]
        return Translation(document=document, notes=[*self._notes, *left], secrets=self._secrets)

    def _take(self, name: str, entry: Mapping[str, Any]) -> None:
        params, info = dict(_mapping(entry.get("litellm_params"))), _mapping(entry.get("model_info"))
        params = {**self._credentials.get(str(params.get("litellm_credential_name")), {}), **params}
        if not params.get("model"):
            raise _NotTaken("it has no litellm_params.model")
        if "*" in f"{name}{params['model']}":
            raise _NotTaken("models are registered one by one here; choose some with `modelbook import env --models`")
        kind, model_id = _split(params)
        account = self._account(kind, params)
        provider = self._providers.setdefault(account.identity, account.provider)
        model = {"modelId": model_id, "name": name, **self._facts(name, params, info)}
        config = self._model_config(name, params, info)
        if config:
            model["config"] = config
        self._note_rest(name, entry, params, info)
        place = (account.identity, model_id)
        if place in self._models:
            self._named_again(self._models[place], name)
        else:
            self._models[place] = model
            provider.setdefault("models", []).append(model)

    def _named_again(self, model: dict[str, Any], name: str) -> None:
        """Note another name of a model: clients may also ask for it by its provider's own name, and that is all."""
        known = {model["name"], model["modelId"]}
        if name in known:
            return
        if model["name"] == model["modelId"]:
            model["name"] = name
            return
        self._notes.append(
            f"{name}, another name of {model['modelId']}, is left out: clients ask for it as {model['name']} or "
            f"{model['modelId']}."
        )

    def _account(self, kind: str, params: Mapping[str, Any]) -> _Account:
        service = SERVICES.get(kind) or SERVERS.get(kind)
        if service is None:
            raise _NotTaken(f"there is no provider type for {kind}")
        address = self._text(params, "api_base", "base_url") or self._default(service.addresses)
        endpoint = service.endpoint if address is None else address
        if endpoint is None and service.has_own_address:
            raise _NotTaken("it has no api_base")
        label, provider_type, settings = service.label, service.provider_type, dict(service.settings)
        if kind == "openai" and endpoint is not None and not endpoint.startswith(OPENAI):
            # Another server: OpenAI's own key is not sent there unless the file says so.
            service, label, provider_type = SERVERS["openai_like"], "OpenAI-compatible", "openai_compatible"
        if kind == "azure":
            endpoint = _azure_root(endpoint or "")
            settings |= self._azure_version(params)
        organization = self._text(params, "organization")
        if organization is not None and provider_type == "openai":
            settings["organization"] = organization
        host = ""
        if endpoint is not None and (service.has_own_address or endpoint != service.endpoint):
            host = endpoint.partition("://")[2].partition("/")[0]
            label = label if provider_type == "openai" else f"{label} {host}"
        key, key_words = self._key(service, params, label)
        headers = {**_mapping(params.get("headers")), **_mapping(params.get("extra_headers"))}
        identity = repr((provider_type, endpoint, sorted(settings.items()), key_words, sorted(headers.items())))
        if identity in self._providers:
            return _Account(self._providers[identity], identity)
        provider: dict[str, Any] = {"name": self._name(label, host, key_words), "providerType": provider_type}
        if endpoint is not None:
            provider["endpoint"] = endpoint
        if key is not None:
            provider["apiKey"] = key
        if headers:
            provider["extraHeaders"] = self._headers(headers, provider["name"])
        if settings:
            provider["settings"] = settings
        return _Account(provider, identity)

    def _key(
        self, service: KnownService, params: Mapping[str, Any], label: str
    ) -> tuple[dict[str, str] | None, str | None]:
        """Return the reference to the key, and what tells the account from others of the service."""
        value = params.get("api_key")
        if value is None:
            name = next((name for name in service.keys if self._environment.get(name)), None)
            usual = name or next(iter(service.keys), None)
            return (None, None) if usual is None else (self._reference(usual), None)
        text = str(value)
        if text.startswith(_VARIABLE):
            variable = text.removeprefix(_VARIABLE)
            return self._reference(variable), None if variable in service.keys else variable
        reference = self._literal(text, label, "api key")
        return reference, reference["env"]

    def _reference(self, variable: str) -> dict[str, str]:
        if variable in self._own_variables:
            self._secrets[variable] = self._own_variables[variable]
        return {"env": variable}

    def _literal(self, text: str, *words: str) -> dict[str, str]:
        """Return a reference to a secret that stands in the configuration itself, the same one for the same secret."""
        known = self._literals.get(text)
        if known is None:
            known = self._literals[text] = self._variables.name("LITELLM", *words)
            self._secrets[known] = text
            self._notes.append(
                f"A secret of {words[0]} stands in the file itself; in the declaration it is the variable {known}."
            )
        return {"env": known}

    def _headers(self, headers: Mapping[str, Any], provider: str) -> dict[str, dict[str, str]]:
        return {
            str(name): self._reference(str(value).removeprefix(_VARIABLE))
            if str(value).startswith(_VARIABLE)
            else self._literal(str(value), provider, str(name))
            for name, value in headers.items()
        }

    def _name(self, label: str, host: str, key_words: str | None) -> str:
        """Return a name that stays when other accounts are added, as far as something tells the account from them."""
        taken = {provider["name"] for provider in self._providers.values()}
        is_told_apart = host or key_words is None or key_words in self._secrets
        start = label if is_told_apart else f"{label} ({key_words})"
        name, number = start, 1
        while name in taken:
            number += 1
            name = f"{start} {number}"
        return name

    def _azure_version(self, params: Mapping[str, Any]) -> dict[str, str]:
        version = self._text(params, "api_version") or self._default(AZURE_VERSIONS)
        if version is None or not _AZURE_VERSION.fullmatch(version):
            if version is not None:
                self._leave(
                    f"api_version {version}", "the dated versions of Azure's API are known here", "models at Azure"
                )
            return {}
        return {"apiVersion": version}

    def _facts(self, name: str, params: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        mode = info.get("mode")
        if mode in _TYPES:
            facts["type"] = _TYPES[mode]
        elif mode is not None and mode not in _TEXT_MODES:
            self._leave(f"model_info.mode {mode}", _NOTHING, name)
        capabilities = sorted(word for field, word in _CAPABILITIES.items() if info.get(field) is True)
        if capabilities:
            facts["capabilities"] = sorted({*capabilities, "text", "streaming"})
        for field, fact in (("max_input_tokens", "contextWindow"), ("max_output_tokens", "maxTokens")):
            if (tokens := _whole(info.get(field))) is not None:
                facts[fact] = tokens
        if "maxTokens" not in facts and (tokens := _whole(info.get("max_tokens"))) is not None:
            facts["maxTokens"] = tokens
        pricing = _pricing({**info, **params})
        return facts | ({"pricing": pricing} if pricing else {})

    def _model_config(self, name: str, params: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
        config: dict[str, Any] = {}
        for field, ours in _CONFIG.items():
            value = params.get(field)
            if value is None:
                continue
            number = _number(value)
            if field in _NO_NUMBERS:
                if field == "reasoning_effort" and value not in _EFFORTS:
                    self._leave(field, _NOTHING, name)
                else:
                    config[ours] = value
            elif number is None or (field == "timeout" and not 0 < number <= _LONGEST_SECONDS):
                self._leave(field, f"config.{ours} is a number, and seconds are at most {_LONGEST_SECONDS}", name)
            else:
                config[ours] = number
        base_model = info.get("base_model") or params.get("base_model")
        if base_model:
            config["baseModel"] = str(base_model).rpartition("/")[2]
        return config

    def _note_rest(
        self, name: str, entry: Mapping[str, Any], params: Mapping[str, Any], info: Mapping[str, Any]
    ) -> None:
        taken = _ACCOUNT | _CONFIG.keys() | _PRICES.keys() | {"base_model"}
        known = _FACTS | _PRICES.keys() | _CAPABILITIES.keys()
        left = [field for field in params if field not in taken and not _is_tier(field)]
        left += [field for field in info if field not in known and not _is_tier(field)]
        left += [field for field in entry if field not in {"model_name", "litellm_params", "model_info"}]
        for field in left:
            self._leave(str(field), _REASONS.get(str(field), _NOTHING), name)

    def _budget(self) -> dict[str, Any] | None:
        settings = _mapping(self._config.get("litellm_settings"))
        usd = _number(settings.get("max_budget"))
        if usd is None or usd <= 0:
            return None
        duration = settings.get("budget_duration")
        period = "total" if duration is None else _PERIODS.get(str(duration))
        if period is None:
            self._notes.append(
                f"max_budget is left out: a budget is for a day, a week, a month or in all, not {duration}."
            )
            return None
        return {"usd": usd, "period": period}

    def _note_settings(self) -> None:
        for section in _SETTINGS:
            for field, value in _mapping(self._config.get(section)).items():
                if section == "litellm_settings" and field in {"max_budget", "budget_duration"}:
                    continue
                if field == "model_group_alias":
                    self._note_aliases(_mapping(value))
                else:
                    why = _REASONS.get(str(field), _NOTHING)
                    self._notes.append(f"{section}.{field}{_chains(value)} is left out: {why}.")
        for field in self._config:
            if field not in _SECTIONS:
                self._notes.append(f"{field} is left out: {_REASONS.get(str(field), _NOTHING)}.")

    def _note_aliases(self, aliases: Mapping[str, Any]) -> None:
        """An alias holds where it is the provider's own name of the models: clients may ask by that as well."""
        for alias, target in aliases.items():
            group = target.get("model") if isinstance(target, dict) else target
            models = [model for model in self._models.values() if model["name"] == group]
            if not models or any(model["modelId"] != alias for model in models):
                alias_text = f"router_settings.model_group_alias.{alias}"
                self._notes.append(f"{alias_text} is left out: a model has one name here; clients ask for {group}.")

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
            raise _NotTaken(f"the variable {variable}, its {names[0]}, is not set here")
        return found

    def _default(self, names: Iterable[str]) -> str | None:
        return next((self._environment[name] for name in names if self._environment.get(name)), None)

    def _leave(self, what: str, why: str, name: str) -> None:
        names = self._left.setdefault((what, why), [])
        if name not in names:
            names.append(name)


def _split(params: Mapping[str, Any]) -> tuple[str, str]:
    """Return LiteLLM's name of the service, and the service's name of the model."""
    text = str(params["model"])
    given = params.get("custom_llm_provider")
    prefix, slash, rest = text.partition("/")
    if given:
        kind, model_id = str(given), rest if slash and prefix == given else text
    elif slash:
        kind, model_id = prefix, rest
    else:
        found = next((kind for form, kind in _WITHOUT_PREFIX if form.match(text)), None)
        if found is None:
            raise _NotTaken(f"{text} does not say at which service it is (openai/{text}, say)")
        kind, model_id = found, text
    for route in _ROUTES:
        model_id = model_id.removeprefix(route) if kind in {"openai", "azure"} else model_id
    return kind, model_id


def _azure_root(endpoint: str) -> str:
    """Return the root of the resource: what follows belongs to one deployment."""
    return endpoint.partition("/openai")[0] if ".azure." in endpoint else endpoint


def _pricing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return USD per 1,000 tokens of what LiteLLM has in USD per token."""
    prices: dict[str, Any] = {}
    tiers: dict[int, dict[str, Any]] = {}
    for field, value in values.items():
        cost = _number(value)
        match = _TIER.fullmatch(field)
        if cost is None:
            continue
        if field in _PRICES:
            prices[_PRICES[field]] = cost * 1000
        elif match is not None and match["price"] in _PRICES:
            above = int(match["thousands"]) * 1000
            tiers.setdefault(above, {"aboveInputTokens": above})[_PRICES[match["price"]]] = cost * 1000
    if not prices.keys() & {"inputPer1kTokens", "outputPer1kTokens"}:
        return {}
    return prices | ({"tiers": [tiers[above] for above in sorted(tiers)]} if tiers else {})


def _chains(value: object) -> str:
    """Return what fallbacks lead to: ` (gpt-4.1: claude)`; nothing for what is none."""
    chains = [(name, names) for each in _list(value) for name, names in _mapping(each).items()]
    return (
        f" ({'; '.join(f'{name}: {_some(list(map(str, _list(names))))}' for name, names in chains)})" if chains else ""
    )


def _is_tier(field: str) -> bool:
    match = _TIER.fullmatch(field)
    return match is not None and match["price"] in _PRICES


def _number(value: object) -> Decimal | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, str):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    return None


def _whole(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == int(number) and number > 0 else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
