"""The providers of several organizations, played by the sandbox, and what the database knows of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from application.commands.change_provider import ChangeProvider
from application.commands.register_provider import RegisterProvider
from application.commands.remove_provider import RemoveProvider
from application.errors import ApplicationError
from application.health.check_provider import Checked, CheckProvider
from application.health.monitor_election import ProviderToCheck
from entrypoints.container import Container
from sandbox.server import Sandbox
from tests.builders import acting
from tests.databases import Connection
from tests.log_contents import events


@dataclass(slots=True)
class SeededOrganizations:
    """Registers providers, changes them, has them checked."""

    container: Container
    sandbox: Sandbox
    owner: Connection

    async def provider(
        self,
        organization_id: UUID | None = None,
        played_by: str = "openai",
        **given: Any,  # noqa: ANN401 - fields of the command
    ) -> ProviderToCheck:
        """Register a provider that works."""
        organization_id = organization_id or uuid4()
        facts = {
            "name": f"Provider {uuid4()}",
            "provider_type": played_by,
            "endpoint": self.sandbox.endpoint(played_by),
            "api_key": self.sandbox.key(played_by),
            **given,
        }
        with acting(organization_id):
            recorded = await self.container.register_provider()(RegisterProvider(**facts))
        return ProviderToCheck(organization_id=organization_id, provider_id=recorded.aggregate_id)

    async def change(
        self,
        provider: ProviderToCheck,
        **changes: Any,  # noqa: ANN401 - fields of the command
    ) -> None:
        with acting(provider.organization_id):
            await self.container.change_provider()(ChangeProvider(provider_id=provider.provider_id, **changes))

    async def remove(self, provider: ProviderToCheck) -> None:
        with acting(provider.organization_id):
            await self.container.remove_provider()(RemoveProvider(provider_id=provider.provider_id))

    async def press_the_button(self, provider: ProviderToCheck) -> None:
        with acting(provider.organization_id):
            await self.container.check_provider()(CheckProvider(provider_id=provider.provider_id))

    async def watch(self, provider: ProviderToCheck, times: int = 1) -> Checked | None:
        """Check it as the monitor does, and return the last outcome."""
        outcome = None
        for _ in range(times):
            with acting(provider.organization_id, actor="system:health-monitor"):
                outcome = await self.container.watch_provider()(CheckProvider(provider_id=provider.provider_id))
        return outcome

    def status(self, provider: ProviderToCheck) -> str:
        row = self.owner.execute(
            "SELECT health_status FROM ai_providers WHERE id = %s", (provider.provider_id,)
        ).fetchone()
        assert row is not None
        return str(row[0])

    def streak(self, provider: ProviderToCheck) -> tuple[int, int]:
        row = self.owner.execute(
            "SELECT consecutive_failures, consecutive_successes FROM provider_health WHERE provider_id = %s",
            (provider.provider_id,),
        ).fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def evidence(self, provider: ProviderToCheck) -> list[dict[str, Any]]:
        """Return the recorded reports, oldest first."""
        rows = self.owner.execute(
            "SELECT report FROM provider_checks WHERE organization_id = %s AND provider_id = %s ORDER BY checked_at",
            (provider.organization_id, provider.provider_id),
        )
        return [row[0] for row in rows]

    def story(self, provider: ProviderToCheck) -> list[str]:
        """Return the topics of the provider's events."""
        found = events(self.owner, provider.organization_id)
        return [event["topic"] for event in found if event["aggregate_id"] == provider.provider_id]


@dataclass(slots=True)
class Notes:
    """Implements `application.health.health_observer.HealthObserver`: records the calls."""

    terms: list[str] = field(default_factory=list)
    total: int = 0
    outcomes: dict[ProviderToCheck, list[Checked]] = field(default_factory=dict)
    order: list[ProviderToCheck] = field(default_factory=list)
    passed: list[ProviderToCheck] = field(default_factory=list)
    failures: list[tuple[ProviderToCheck, BaseException]] = field(default_factory=list)

    def elected(self) -> None:
        self.terms.append("elected")

    def deposed(self, error: ApplicationError) -> None:
        self.terms.append(error.code)

    def begun(self, count: int) -> None:
        self.total += count

    def checked(self, provider: ProviderToCheck, checked: Checked) -> None:
        self.outcomes.setdefault(provider, []).append(checked)
        self.order.append(provider)

    def passed_over(self, provider: ProviderToCheck) -> None:
        self.passed.append(provider)

    def failed(self, provider: ProviderToCheck, error: BaseException) -> None:
        self.failures.append((provider, error))


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Return as soon as the condition holds.

    Raises:
        TimeoutError: it does not within the time.
    """
    end = monotonic() + seconds
    while not condition():
        if monotonic() > end:
            raise TimeoutError
        await asyncio.sleep(0.02)
