"""The rows of `webhooks`."""

from collections.abc import Mapping
from typing import Any, Final

from application.projections.projection import Columns, Projection, copied, named

_copied_when_registered: Final = copied(
    "topics",
    "format",
    "host",
    "credential_version",
    "secret_hint",
    "is_enabled",
    previous_valid_until=None,
    switched_off_because=None,
)


def _registered(facts: Mapping[str, Any]) -> Columns:
    return _copied_when_registered(facts) | named(facts)


WEBHOOKS: Final = Projection(
    table="webhooks",
    created={"webhook.registered": _registered},
    changed={
        "webhook.renamed": named,
        "webhook.topics-changed": copied("topics"),
        "webhook.format-changed": copied("format"),
        "webhook.address-replaced": copied("host", "credential_version"),
        "webhook.secret-rotated": copied("credential_version", "secret_hint", "previous_valid_until"),
        "webhook.enabled": copied(is_enabled=True, switched_off_because=None),
        "webhook.disabled": copied(is_enabled=False),
        "webhook.switched-off": lambda facts: {"is_enabled": False, "switched_off_because": facts["cause"]},
    },
    removed=frozenset({"webhook.removed"}),
)
