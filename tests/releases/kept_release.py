"""A release's folder, and what is compared between it and the service of today."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from aiohttp import ClientSession

import migrations
from entrypoints.http.authorization import Role
from tests.e2e.api_client import AUDIT, KEYS, MODELS, PROVIDERS, WEBHOOKS, Api, a_token, path_of

FOLDER: Final = Path(__file__).parent
_MIGRATIONS: Final = Path(migrations.__file__).parent
LISTS: Final = (PROVIDERS, MODELS, KEYS, WEBHOOKS, "/api/ai/members", AUDIT)
# What a month of a budget has used depends on the day on which it is asked for.
_OF_THE_DAY: Final = frozenset({"budget", "usage", "lastUsedAt", "spentUsd", "budgetUsed"})


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """What a release has left behind."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data.tar.xz"

    @property
    def backup(self) -> Path:
        return self.folder / "backup.dump"

    @property
    def migrations(self) -> str:
        """The checksum and name of each migration, a line each."""
        return (self.folder / "migrations.sha256").read_text("utf-8")

    def answered(self) -> tuple[str, dict[str, Any]]:
        """Return the organization, and what it was answered; models whose last day has come since are retired."""
        kept = json.loads((self.folder / "answers.json").read_text("utf-8"))
        kept["answers"][MODELS] = [_today(model) for model in kept["answers"][MODELS]]
        return kept["organizationId"], kept["answers"]


def kept_releases() -> list[KeptRelease]:
    """Return all of them."""
    return [KeptRelease(found.parent) for found in sorted(FOLDER.glob("*/answers.json"))]


def migration_sums() -> str:
    """Return the checksum and name of each migration of today, a line each, in their order."""
    found = sorted(_MIGRATIONS.glob("*.sql"))
    return "".join(f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in found)


def as_administrator(session: ClientSession, url: str, data_dir: Path, organization_id: str) -> Api:
    """Return the API of a service on a data folder, for an administrator of the organization."""
    secret = (data_dir / "jwt-secret").read_text("utf-8").strip()
    of = UUID(organization_id)
    return Api(session, url, of, a_token(of, Role.ADMIN, secret=secret), secret)


async def answers(api: Api) -> dict[str, Any]:
    """Return what lists and histories say."""
    found: dict[str, Any] = {path: await api.rows(path) for path in LISTS}
    for resource in found[PROVIDERS] + found[MODELS]:
        path = f"{path_of(resource)}/history"
        found[path] = await api.rows(path)
    lasting: dict[str, Any] = json.loads(json.dumps(_lasting(found), default=str))
    return lasting


def differences(before: object, after: object, at: str = "") -> list[str]:
    """Return where something that was answered before is answered otherwise; more may be answered than before."""
    if isinstance(before, dict) and isinstance(after, dict):
        gone = [f"{at}/{name} is gone" for name in before if name not in after]
        kept = [name for name in before if name in after]
        return gone + [found for name in kept for found in differences(before[name], after[name], f"{at}/{name}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            found
            for index, (was, now) in enumerate(zip(before, after, strict=True))
            for found in differences(was, now, f"{at}/{index}")
        ]
    return [] if before == after else [f"{at} was {before!r} and is {after!r}"]


def _today(model: dict[str, Any]) -> dict[str, Any]:
    if model["retiresOn"] is None or date.fromisoformat(model["retiresOn"]) > datetime.now(UTC).date():
        return model
    reason = "retired" if model["isUsable"] else model["unusableBecause"]
    return model | {"lifecycle": "retired", "isUsable": False, "unusableBecause": reason}


def _lasting(answer: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(answer, dict):
        return {name: _lasting(value) for name, value in answer.items() if name not in _OF_THE_DAY}
    return [_lasting(each) for each in answer] if isinstance(answer, list) else answer
