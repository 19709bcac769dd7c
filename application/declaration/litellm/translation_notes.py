"""What of a configuration is not taken over, and why."""

from collections.abc import Sequence
from typing import Final

_MOST_NAMED: Final = 5
NO_LIMITS: Final = "limits are those of access keys and of the organization here (docs/access-keys.md)"
BY_ITSELF: Final = "the service tries again, and other models of the name, by itself (docs/choice.md)"
SAME_NAME: Final = "a prompt falls back to models of the same name: give them that name and a higher config.preference"
REASONS: Final = {
    "rpm": NO_LIMITS,
    "tpm": NO_LIMITS,
    "max_parallel_requests": NO_LIMITS,
    "max_budget": "budgets are those of access keys and of the organization here",
    "budget_duration": "budgets are those of access keys and of the organization here",
    "max_retries": BY_ITSELF,
    "num_retries": BY_ITSELF,
    "stream_timeout": "set firstByteSeconds and idleSeconds in the model's config",
    "access_groups": "access keys name the models that they may use",
    "tags": "access keys name the models that they may use, and have labels",
    "id": "models get ids of their own here",
    "master_key": "each program gets an access key of its own here (accessKeys in a declaration)",
    "database_url": "keys, teams and spend are in LiteLLM's database, and not in this file",
    "store_model_in_db": "models that were added in LiteLLM's page are in its database, and not in this file",
    "alerting": "webhooks report events here (webhooks in a declaration)",
    "success_callback": "usage and the request log are recorded here; webhooks report events",
    "failure_callback": "usage and the request log are recorded here; webhooks report events",
    "callbacks": "usage and the request log are recorded here; webhooks report events",
    "cache": "answers are never cached here",
    "cache_params": "answers are never cached here",
    "drop_params": "what only tunes is left out across protocols and named in Ignored-Fields (docs/clients.md)",
    "fallbacks": SAME_NAME,
    "default_fallbacks": SAME_NAME,
    "content_policy_fallbacks": "there is no fallback after a content filter: another model's answer would be the same",
    "context_window_fallbacks": "models of the same name with a larger context window are tried by themselves",
    "routing_strategy": "prompts are spread by config.preference, config.weight and what is under way (docs/choice.md)",
    "allowed_fails": BY_ITSELF,
    "cooldown_time": BY_ITSELF,
    "retry_policy": BY_ITSELF,
    "timeout": "set deadlineSeconds in the models' config",
    "request_timeout": "set deadlineSeconds in the models' config",
    "include": "import the files that it names one by one",
    "redis_host": "see MODELBOOK_RATE_LIMIT_STORAGE",
}
NOTHING: Final = "there is no equivalent here"


class NotImported(Exception):
    """An entry of the list cannot be taken over; the message says why."""


class TranslationNotes:
    """Remembers sentences, and fields that were left out of models, each once for all models that had it."""

    def __init__(self) -> None:
        """Nothing is left out yet."""
        self._sentences: list[str] = []
        self._fields: dict[tuple[str, str], list[str]] = {}

    def note(self, sentence: str) -> None:
        """Remember a sentence."""
        self._sentences.append(sentence)

    def leave(self, field: str, name: str, why: str | None = None) -> None:
        """Remember that a field of a model was left out; the usual reason is known by the field's name."""
        names = self._fields.setdefault((field, why or reason(field)), [])
        if name not in names:
            names.append(name)

    def sentences(self) -> Sequence[str]:
        """Return all that was left out, in sentences."""
        left = [
            f"{field} of {shortened_list(names)} is left out: {why}." for (field, why), names in self._fields.items()
        ]
        return [*self._sentences, *left]


def reason(field: str) -> str:
    """Return why a field cannot be taken over, and what to use instead."""
    return REASONS.get(field, NOTHING)


def shortened_list(names: list[str]) -> str:
    """Return some of the names, and how many more there are."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
