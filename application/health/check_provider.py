"""Test a provider's connection and record the result: on request, and for the health monitor."""

from dataclasses import dataclass, replace
from typing import Final, cast
from uuid import UUID

from application.caller import acting_as, current_caller
from application.errors import Conflict
from application.health.health_checks import HealthChecks, Streak, report_fields
from application.health.health_transitions import conclusion, patient_status
from application.policies.seal_credential import opened_secrets
from application.ports.provider_gateway import HealthStatus, ProviderConnection, ProviderGateway, TestReport
from application.ports.repositories import Providers
from application.ports.vault import Vault
from domain.provider.aggregate import Provider

# Whoever changes a provider more often than this during one check has not finished.
_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProvider:
    """Test a saved provider. Administrators and editors; free of tokens, and at most 2 seconds long."""

    provider_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A report that counts, and the provider's status before and after it."""

    report: TestReport
    before: HealthStatus
    after: HealthStatus


async def check_provider(
    command: CheckProvider, *, providers: Providers, vault: Vault, gateway: ProviderGateway, checks: HealthChecks
) -> TestReport:
    """Return the report. The status follows it at once, as an event if it changes; the report is kept with the checks.

    What was found out about a connection that somebody changed meanwhile is not recorded.

    Raises:
        ProviderNotFound: the organization has no such provider.
        CredentialUnreadable: the stored key cannot be decrypted.
    """
    provider = await providers.get(command.provider_id)
    report = await gateway.probe(await connection_of(provider, vault, gateway))
    await _recorded(provider, report, providers=providers, checks=checks, patient=False)
    return report


async def watch_provider(
    command: CheckProvider, *, providers: Providers, vault: Vault, gateway: ProviderGateway, checks: HealthChecks
) -> Checked | None:
    """Test it on the monitor's behalf: the same question, but the status changes only when it lasts.

    None, and nothing recorded, when the provider is disabled, or was disabled or connected otherwise meanwhile.

    Raises:
        ProviderNotFound: it is gone.
        CredentialUnreadable: the stored key cannot be decrypted.
    """
    provider = await providers.get(command.provider_id)
    if not provider.is_enabled:
        return None
    report = await gateway.probe(await connection_of(provider, vault, gateway))
    return await _recorded(provider, report, providers=providers, checks=checks, patient=True)


async def connection_of(provider: Provider, vault: Vault, gateway: ProviderGateway) -> ProviderConnection:
    """Return what a call to the provider needs, its secrets opened for its own account."""
    secrets = await opened_secrets(vault, gateway, provider)
    return ProviderConnection(
        provider_type=provider.provider_type,
        endpoint=provider.endpoint,
        settings=provider.settings,
        api_key=secrets.api_key,
        extra_headers=secrets.extra_headers,
    )


async def _recorded(
    asked: Provider, report: TestReport, *, providers: Providers, checks: HealthChecks, patient: bool
) -> Checked | None:
    """Record a report on the provider as it was tested; none if it has changed since."""
    seen = conclusion(report.status, report.outcome.category)
    streak: Streak | None = None
    for attempt in range(_ATTEMPTS):
        provider = await providers.get(asked.id)
        if _connection(provider) != _connection(asked) or (patient and not provider.is_enabled):
            return None
        if streak is None:
            # The check is kept beside the log, whatever becomes of the status.
            current_caller().outcome.may_have_changed = True
            streak = await checks.record(provider.id, report.checked_at, report_fields(report), seen)
        before = cast("HealthStatus", provider.health_status)
        after = patient_status(before, seen, streak) if patient else report.status
        provider.record_health(after, report.outcome.category)
        if await _is_saved(provider, providers, attempt):
            return Checked(report=report, before=before, after=after)
    return None


def _connection(provider: Provider) -> object:
    return provider.endpoint, provider.settings, provider.secrets_version, provider.has_secrets


async def _is_saved(provider: Provider, providers: Providers, attempt: int) -> bool:
    """Save under a command id of the attempt's own; false when somebody else changed the provider first."""
    caller = current_caller()
    command_id = caller.new_id(attempt) if attempt else caller.command_id
    try:
        with acting_as(replace(caller, command_id=command_id)):
            await providers.save(provider)
    except Conflict:
        return False
    return True
