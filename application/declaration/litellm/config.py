"""What the configuration of a LiteLLM proxy (its config.yaml) amounts to here.

Its `model_list` becomes providers, one for each account, and their models: what clients request (`model_name`) is a
model's name here too, and all models that are called so share the prompts. The facts about the file are from LiteLLM's
documentation of October 2026 (docs.litellm.ai: proxy/configs, proxy/config_settings, proxy/custom_pricing, routing).
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from application.declaration.errors import DeclarationRefused, Finding
from application.declaration.exported import VERSION
from application.declaration.litellm import model_fields, provider_accounts
from application.declaration.litellm.provider_accounts import ProviderAccounts
from application.declaration.litellm.translation_notes import NotImported, TranslationNotes, reason, shortened_list
from application.declaration.litellm.values import items, members, number
from application.declaration.translation import Translation

# LiteLLM knows these without a prefix.
_WITHOUT_PREFIX: Final = (
    (re.compile(r"(?:gpt-|chatgpt-|o[134](?:-|\Z)|text-embedding-|dall-e|whisper|tts-|ft:gpt-)"), "openai"),
    (re.compile(r"claude-"), "anthropic"),
)
# Which of the provider's APIs LiteLLM is to use: that is chosen here by itself.
_ROUTES: Final = ("responses/", "o_series/", "chat/")
_PERIODS: Final = {"1d": "day", "24h": "day", "7d": "week", "1w": "week", "30d": "month", "1mo": "month"}
_SETTINGS: Final = ("litellm_settings", "router_settings", "general_settings")
_BUDGET: Final = frozenset({"max_budget", "budget_duration"})
_SECTIONS: Final = frozenset({"model_list", "environment_variables", "credential_list", *_SETTINGS})
_ENTRY: Final = frozenset({"model_name", "litellm_params", "model_info"})


def from_litellm(config: object, environment: Mapping[str, str]) -> Translation:
    """Return the declaration, and a sentence about each thing that it could not take over.

    Raises:
        DeclarationRefused: it is not such a configuration.
    """
    if not isinstance(config, dict):
        message = "is no configuration of LiteLLM: it has no model_list"
        raise DeclarationRefused([Finding(place="The file", message=message)])
    if not isinstance(config.get("model_list"), list):
        raise DeclarationRefused([Finding(place="/model_list", message="should be an array of models")])
    return _Translator(config, environment).translation()


class _Translator:
    """Reads a configuration, and collects what it could not import."""

    def __init__(self, config: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._config = config
        self._left = TranslationNotes()
        variables = members(config.get("environment_variables"))
        own = {str(name): str(value) for name, value in variables.items() if value is not None}
        self._accounts = ProviderAccounts(environment, own, self._left)
        self._credentials = {
            str(each.get("credential_name")): members(each.get("credential_values"))
            for each in map(members, items(config.get("credential_list")))
        }
        self._models: dict[tuple[str, str], dict[str, Any]] = {}

    def translation(self) -> Translation:
        for index, entry in enumerate(self._config["model_list"]):
            name = members(entry).get("model_name")
            try:
                self._take(name, members(entry))
            except NotImported as refusal:
                self._left.note(f"The model {name} (/model_list/{index}) is left out: {refusal}.")
        document: dict[str, Any] = {"version": VERSION, "providers": self._accounts.providers}
        budget = self._budget()
        if budget is not None:
            document["budget"] = budget
        self._note_settings()
        return Translation(document=document, notes=self._left.sentences(), secrets=self._accounts.secrets)

    def _take(self, name: object, entry: Mapping[str, Any]) -> None:
        params, info = members(entry.get("litellm_params")), members(entry.get("model_info"))
        params = {**self._credentials.get(str(params.get("litellm_credential_name")), {}), **params}
        if not isinstance(name, str) or not name:
            raise NotImported("it has no model_name")
        if not params.get("model"):
            raise NotImported("it has no litellm_params.model")
        if "*" in f"{name}{params['model']}":
            raise NotImported("models are registered one by one here; choose some with `modelbook import env --models`")
        kind, model_id = _service_and_model(params)
        provider = self._accounts.provider(kind, params)
        model = {"modelId": model_id, "name": name, **model_fields.facts(name, params, info, self._left)}
        config = model_fields.config(name, params, info, self._left)
        if config:
            model["config"] = config
        self._note_rest(name, entry, params, info)
        known = self._models.setdefault((provider["name"], model_id), model)
        if known is model:
            provider["models"].append(model)
        else:
            self._named_again(known, name)

    def _named_again(self, model: dict[str, Any], name: str) -> None:
        """Record another name of a model: clients may also request it by its provider's own name, but by no other."""
        if name in {model["name"], model["modelId"]}:
            return
        if model["name"] == model["modelId"]:
            model["name"] = name
            return
        names = f"{model['name']} or {model['modelId']}"
        self._left.note(f"{name}, another name of {model['modelId']}, is left out: clients request it as {names}.")

    def _note_rest(
        self, name: str, entry: Mapping[str, Any], params: Mapping[str, Any], info: Mapping[str, Any]
    ) -> None:
        taken = provider_accounts.OF_PARAMS | model_fields.OF_PARAMS
        left = [field for field in params if field not in taken and not model_fields.is_tier(field)]
        left += [field for field in info if field not in model_fields.OF_INFO and not model_fields.is_tier(field)]
        left += [field for field in entry if field not in _ENTRY]
        for field in left:
            self._left.leave(str(field), name)

    def _budget(self) -> dict[str, Any] | None:
        settings = members(self._config.get("litellm_settings"))
        usd, duration = number(settings.get("max_budget")), settings.get("budget_duration")
        if usd is None or usd <= 0:
            return None
        period = "total" if duration is None else _PERIODS.get(str(duration))
        if period is None:
            why = f"a budget is for a day, a week, a month or in all, not {duration}"
            self._left.note(f"litellm_settings.max_budget is left out: {why}.")
            return None
        return {"usd": usd, "period": period}

    def _note_settings(self) -> None:
        for section in _SETTINGS:
            for field, value in members(self._config.get(section)).items():
                if section == "litellm_settings" and field in _BUDGET:
                    continue
                if field == "model_group_alias":
                    self._note_aliases(members(value))
                else:
                    self._left.note(f"{section}.{field}{_chains(value)} is left out: {reason(field)}.")
        for field in self._config:
            if field not in _SECTIONS:
                self._left.note(f"{field} is left out: {reason(field)}.")

    def _note_aliases(self, aliases: Mapping[str, Any]) -> None:
        """An alias holds where it is the provider's own name of the models: clients may use that as well."""
        for alias, target in aliases.items():
            group = target.get("model") if isinstance(target, dict) else target
            models = [model for model in self._models.values() if model["name"] == group]
            if not models or any(model["modelId"] != alias for model in models):
                field = f"router_settings.model_group_alias.{alias}"
                self._left.note(f"{field} is left out: a model has one name here; clients request {group}.")


def _service_and_model(params: Mapping[str, Any]) -> tuple[str, str]:
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
            raise NotImported(f"{text} does not name its service (as openai/{text} does)")
        kind, model_id = found, text
    for route in _ROUTES:
        model_id = model_id.removeprefix(route) if kind in {"openai", "azure"} else model_id
    return kind, model_id


def _chains(value: object) -> str:
    """Return what fallbacks lead to: ` (gpt-4.1: claude)`; nothing for what is none."""
    pairs = [(name, items(names)) for each in items(value) for name, names in members(each).items()]
    listed = "; ".join(f"{name}: {shortened_list(list(map(str, names)))}" for name, names in pairs)
    return f" ({listed})" if listed else ""
