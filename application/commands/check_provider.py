"""Test a provider's connection and remember how it was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from application.caller import acting_as, current_caller
from application.errors import Conflict
from application.policies.reports import report_document
from application.ports.provider_gateway import ProviderConnection

if TYPE_CHECKING:
    from uuid import UUID

    from application.ports.health_checks import HealthChecks
    from application.ports.provider_gateway import ProviderGateway, TestReport
    from application.ports.providers import Providers
    from application.ports.vault import Vault
    from domain.provider.aggregate import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProvider:
    """Test a saved provider. Administrators and editors; free of tokens, and at most 2 seconds long."""

    provider_id: UUID


async def check_provider(
    command: CheckProvider, *, providers: Providers, vault: Vault, gateway: ProviderGateway, checks: HealthChecks
) -> TestReport:
    """Return the report. A change of status is an event; the report itself goes to the provider's recent checks.

    Raises:
        ProviderNotFound: the organization has no such provider.
        CredentialUnreadable: the stored key cannot be decrypted.
    """
    provider = await providers.get(command.provider_id)
    report = await gateway.probe(await connection_of(provider, vault))
    document = report_document(report, command.provider_id)
    failed = report.status == "unhealthy"
    await checks.record(command.provider_id, report.checked_at, document, failed=failed)
    await _record_health(provider, report, providers)
    return report


async def connection_of(provider: Provider, vault: Vault) -> ProviderConnection:
    """Return what a call to the provider needs, its key opened for its own origin."""
    return ProviderConnection(
        provider_type=provider.provider_type,
        endpoint=provider.endpoint,
        settings=provider.settings,
        api_key=await vault.open(provider.id, provider.origin),
    )


async def _record_health(provider: Provider, report: TestReport, providers: Providers) -> None:
    """Record the status; whoever changed the provider during the check does not make the check fail."""
    provider.record_health(report.status, report.category)
    try:
        await providers.save(provider)
    except Conflict:
        caller = current_caller()
        with acting_as(replace(caller, command_id=caller.new_id(1))):
            again = await providers.get(provider.id)
            if (again.origin, again.credential_version) == (provider.origin, provider.credential_version):
                again.record_health(report.status, report.category)
                await providers.save(again)
