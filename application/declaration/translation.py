"""What another system's configuration amounts to here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A declaration as a document, and a sentence about each thing that it could not take over.

    `secrets` were written in the configuration itself; the document refers to them as if they were variables of these
    names.
    """

    document: dict[str, Any]
    notes: Sequence[str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def without_missing_secrets(translation: Translation, environment: Mapping[str, str]) -> Translation:
    """Return the same without references to secrets that are not there: providers can get their keys later."""
    notes = list(translation.notes)
    providers = []
    for provider in translation.document["providers"]:
        kept = dict(provider)
        key = kept.get("apiKey")
        if key is not None and not environment.get(key["env"]):
            notes.append(f"{kept['name']} comes without a key: {key['env']} is not set.")
            del kept["apiKey"]
        headers = kept.get("extraHeaders", {})
        missing = [reference["env"] for reference in headers.values() if not environment.get(reference["env"])]
        if missing:
            notes.append(f"{kept['name']} comes without its extra headers: {', '.join(missing)} is not set.")
            del kept["extraHeaders"]
        providers.append(kept)
    return Translation(
        document={**translation.document, "providers": providers}, notes=notes, secrets=translation.secrets
    )
