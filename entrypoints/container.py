"""Wires the service: the only file that connects its parts with the adapters."""

from functools import partial
from operator import eq
from secrets import token_bytes
from typing import Final

from dependency_injector import containers, providers

from adapters.catalogue.packaged_catalogue import PackagedCatalogue
from adapters.catalogue.packaged_price_list import PackagedPriceList
from adapters.egress.allow_list import EgressAllowList
from adapters.egress.egress_proxy import EgressProxy, options_for_operators_address
from adapters.egress.guarded_client import Egress
from adapters.event_store.inline_projections import projected
from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import (
    EventSourcedAccessKeys,
    EventSourcedMembers,
    EventSourcedModels,
    EventSourcedOrganizations,
    EventSourcedProviders,
    EventSourcedWebhooks,
)
from adapters.passkeys.webauthn_passkeys import WebauthnPasskeys
from adapters.passphrases.argon2_passphrases import Argon2Passphrases
from adapters.postgres.access_keys import (
    PostgresAccessKeyDocuments,
    PostgresKeySecrets,
    PostgresKeyUses,
    PostgresStoredKeys,
)
from adapters.postgres.accounts import PostgresAccountCleanup, PostgresAccounts, PostgresSignInAttempts
from adapters.postgres.budgets import PostgresBudgetLeases, PostgresOrganizationBudget, PostgresOverdueThresholds
from adapters.postgres.connection_pools import long_reading_pool, reading_pool, replica_pool, writing_pool
from adapters.postgres.delivery_election import PostgresDeliveryElection
from adapters.postgres.health_checks import PostgresHealthChecks
from adapters.postgres.idempotency_claims import PostgresClaims
from adapters.postgres.log_clock import PostgresLogClock
from adapters.postgres.log_growth_hints import PostgresHints
from adapters.postgres.members import PostgresInvitations, PostgresMemberDocuments
from adapters.postgres.model_list_snapshots import PostgresSnapshots
from adapters.postgres.monitor_election import PostgresMonitorElection
from adapters.postgres.organization_list import PostgresOrganizationList
from adapters.postgres.organization_names import PostgresOrganizationNames, PostgresOrganizationsByName
from adapters.postgres.prompt_candidates import PostgresCandidateReader
from adapters.postgres.quotas import PostgresQuotas, PostgresStoredAmounts
from adapters.postgres.read_replica import PostgresReplicaProbe, ReplicatedTenant
from adapters.postgres.registered_models import PostgresRegisteredModels
from adapters.postgres.request_log import PostgresRequestLog, PostgresUsageSweep
from adapters.postgres.resource_documents import PostgresModelDocuments, PostgresProviderDocuments
from adapters.postgres.sealed_credentials import PostgresSealedCredentials
from adapters.postgres.shared_cool_downs import PostgresSharedCoolDowns
from adapters.postgres.sign_in_sessions import PostgresEndedSessions, PostgresSignInSessions
from adapters.postgres.tenant_statements import LONG_PATIENCE_SECONDS, Tenant
from adapters.postgres.usage_ledger import PostgresUsageLedger
from adapters.postgres.usage_reports import PostgresUsageReports
from adapters.postgres.webhook_outbox import PostgresWebhookOutbox
from adapters.postgres.webhooks import PostgresWebhookDocuments
from adapters.providers.provider_gateway import Gateway, keyed_types
from adapters.rate_limits.redis_counts import RateCounts
from adapters.system_clock import SystemClock, SystemTimer
from adapters.telemetry.provider_calls import traced
from adapters.telemetry.trace_context import with_trace_context
from adapters.vault.envelope import Envelope
from adapters.vault.live_keyring import held_keyring
from adapters.vault.sealed_texts import KeyringSealedTexts
from adapters.vault.vault import EnvelopeVault
from application.access_keys.change_access_key import change_access_key
from application.access_keys.issue_access_key import issue_access_key
from application.access_keys.key_cache import AccessKeyCache
from application.access_keys.key_text import SECRET_BYTES
from application.access_keys.revoke_access_key import revoke_access_key
from application.access_keys.rotate_access_key import rotate_access_key
from application.bounds.budgets import Budgets
from application.bounds.call_admission import CallAdmission
from application.bounds.call_limits import CallLimits
from application.bounds.note_overdue_thresholds import note_overdue_thresholds_for_ever
from application.bounds.note_threshold import note_threshold
from application.bounds.organization_bounds import change_organization_budget, change_organization_quotas
from application.bounds.organization_quotas import OrganizationQuotas
from application.bounds.quota_uses import quota_uses
from application.bounds.quotas import DEFAULTS, RESERVE
from application.bounds.shares import SameForAll, Shares
from application.bounds.stocks import Stocks
from application.commands.change_model import change_model
from application.commands.change_models_in_bulk import change_models_in_bulk
from application.commands.change_provider import change_provider
from application.commands.name_organization import name_organization
from application.commands.register_model import register_model
from application.commands.register_provider import register_provider
from application.commands.remove_model import remove_model
from application.commands.remove_organization import remove_organization
from application.commands.remove_provider import remove_provider
from application.commands.replace_model_fields import replace_model
from application.commands.revert_model import revert_model
from application.commands.revert_provider import revert_provider
from application.discovery.discover_models import Discovery
from application.discovery.import_models import import_models
from application.discovery.model_lists import ModelLists
from application.health.check_provider import check_provider, watch_provider
from application.health.health_monitor import check_all, monitor_health
from application.health.try_connection import try_connection
from application.members.accept_invitation import accept_invitation, found_invitation
from application.members.change_account import (
    add_passkey,
    change_passphrase,
    erase_account,
    remove_passkey,
    rename_account,
)
from application.members.change_member import change_member
from application.members.invitation_text import SECRET_BYTES as INVITATION_SECRET_BYTES
from application.members.invite_member import invite_again, invite_member
from application.members.remove_member import remove_member
from application.members.sign_in import sign_in_with_passkey, sign_in_with_passphrase
from application.ports.tracing import Tracer
from application.prompts.callable_models import callable_models
from application.prompts.candidate_queue import CallRecords
from application.prompts.cool_down_sharing import CoolDownSharing
from application.prompts.cool_downs import CoolDowns
from application.prompts.count_tokens import count_tokens
from application.prompts.embed_texts import embed_texts
from application.prompts.prompt_runner import PromptRunner
from application.prompts.run_prompt import run_prompt, stream_prompt
from application.prompts.runnable_models_cache import RunnableModelsCache
from application.prompts.select_model import select_model
from application.read_replica import ReadReplica
from application.sign_in.sign_in_sessions import sweep_sessions_for_ever
from application.turns import Turns
from application.usage.report_usage import report_usage
from application.usage.sweep_usage import sweep_usage_for_ever
from application.webhooks.change_webhook import change_webhook
from application.webhooks.deliver import Deliveries
from application.webhooks.delivery_worker import deliver_for_ever
from application.webhooks.register_webhook import register_webhook
from application.webhooks.remove_webhook import remove_webhook
from application.webhooks.rotate_webhook_secret import rotate_webhook_secret
from application.webhooks.send_test_message import send_test_message
from application.webhooks.signature import SECRET_BYTES as WEBHOOK_SECRET_BYTES
from entrypoints.administration.container import Administration
from entrypoints.auditing.container import Auditing
from entrypoints.http.sign_in.account_sessions import AccountSessions
from entrypoints.http.sign_in.session_descriptions import SessionDescriptions
from entrypoints.http.sign_in.sign_in import sign_in
from entrypoints.http.sign_in.sign_in_settings import ConsoleAddress, SignInSettings, console_address, sign_in_settings
from entrypoints.http.views.access_keys import AccessKeyViews
from entrypoints.http.views.account_sign_in import AccountSignInViews
from entrypoints.http.views.administration import AdministrationViews
from entrypoints.http.views.audit import AuditViews
from entrypoints.http.views.budgets import BudgetViews
from entrypoints.http.views.bulk import BulkViews
from entrypoints.http.views.compatible_apis import CompatibleApiViews
from entrypoints.http.views.compatible_models import CompatibleModelViews
from entrypoints.http.views.discovery import DiscoveryViews
from entrypoints.http.views.embeddings import EmbeddingViews
from entrypoints.http.views.feed import FeedViews
from entrypoints.http.views.invitations import InvitationViews
from entrypoints.http.views.members import MemberViews
from entrypoints.http.views.models import ModelViews
from entrypoints.http.views.organizations import OrganizationViews
from entrypoints.http.views.overview import OverviewViews
from entrypoints.http.views.own_account import OwnAccountViews
from entrypoints.http.views.prompts import PromptViews
from entrypoints.http.views.provider_types import ProviderTypeViews
from entrypoints.http.views.providers import ProviderViews
from entrypoints.http.views.requests import RequestViews
from entrypoints.http.views.sign_in import SignInViews
from entrypoints.http.views.usage import UsageViews
from entrypoints.http.views.verification import VerificationViews
from entrypoints.http.views.webhooks import WebhookViews
from entrypoints.runtime import Runtime
from entrypoints.use_case import use_case

# As long as a bulk request waits for those of its organization that came before it: some fifty of 1,000 models.
_BULK_PATIENCE_SECONDS: Final = 60.0


def _origin(address: ConsoleAddress | None) -> str:
    return "" if address is None else address.origin


def _is_replicated(read_url: str | None) -> str:
    return "no" if read_url is None else "yes"


def _is_given(settings: SignInSettings | None) -> bool:
    return settings is not None


class Container(containers.DeclarativeContainer):
    """Everything a serving process holds; recreated for each, opened and closed by `entrypoints.server_process`."""

    runtime: providers.Dependency[Runtime] = providers.Dependency()
    tracer: providers.Dependency[Tracer | None] = providers.Dependency(default=None)

    settings = runtime.provided.settings
    database_url = runtime.provided.database_url
    admin_database_url = runtime.provided.admin_database_url
    database_read_url = runtime.provided.database_read_url
    master_keys = runtime.provided.master_keys
    master_key_directory = runtime.provided.master_key_directory
    pool_size = settings.pool_size
    long_pool_size = settings.long_pool_size
    request_log_days = settings.request_log_days
    console_address = providers.Singleton(console_address, settings)
    sign_in_settings = providers.Singleton(sign_in_settings, settings)

    administration = providers.Container(
        Administration,
        admin_database_url=admin_database_url,
        master_keys=master_keys,
        master_key_directory=master_key_directory,
    )
    reading_pool = providers.Singleton(reading_pool, database_url, size=pool_size)
    writing_pool = providers.Singleton(writing_pool, database_url, size=pool_size)
    tenant = providers.Singleton(Tenant, reading_pool)
    long_reading_pool = providers.Singleton(long_reading_pool, database_url, size=long_pool_size)
    long_reads = providers.Singleton(
        Tenant, long_reading_pool, at_once=1, patience_seconds=LONG_PATIENCE_SECONDS, rests=True
    )
    timer = providers.Singleton(SystemTimer)
    read_replica = providers.Singleton(ReadReplica, timer)
    long_replica_pool = providers.Singleton(replica_pool, database_read_url, size=long_pool_size)
    replica_pool = providers.Singleton(replica_pool, database_read_url, size=pool_size)
    replica_probe = providers.Singleton(PostgresReplicaProbe, database_read_url, administration.pool)
    # What answers lists: a replica where there is one and it can, and the primary otherwise.
    lists = providers.Selector(
        providers.Callable(_is_replicated, database_read_url),
        yes=providers.Singleton(ReplicatedTenant, replica_pool, tenant, read_replica),
        no=tenant,
    )
    long_lists = providers.Selector(
        providers.Callable(_is_replicated, database_read_url),
        yes=providers.Singleton(
            ReplicatedTenant,
            long_replica_pool,
            long_reads,
            read_replica,
            at_once=1,
            patience_seconds=LONG_PATIENCE_SECONDS,
            rests=True,
        ),
        no=long_reads,
    )
    recorder = providers.Singleton(
        LedgerRecorder, writing_pool, scope=providers.Object(append_for_caller), projector=providers.Object(projected)
    )
    clock = providers.Singleton(SystemClock)
    quotas = providers.Singleton(
        OrganizationQuotas,
        providers.Singleton(PostgresQuotas, tenant),
        timer,
        defaults=providers.Callable(DEFAULTS.changed, settings.quotas),
    )
    shares = providers.Singleton(Shares, quotas)
    stored_amounts = providers.Singleton(PostgresStoredAmounts, tenant)
    stocks = providers.Singleton(Stocks, quotas, stored_amounts, timer)

    keyring = providers.Singleton(held_keyring, master_keys, master_key_directory)
    envelope = providers.Singleton(Envelope, keyring)
    credentials = providers.Singleton(PostgresSealedCredentials, tenant)
    vault = providers.Singleton(EnvelopeVault, envelope, credentials)

    egress_allow_list = providers.Singleton(EgressAllowList.parse, settings.egress_allow)
    proxy = providers.Singleton(EgressProxy.parse, settings.egress_proxy.get_secret_value.call())
    egress = providers.Singleton(Egress, egress_allow_list, proxy, shares=shares)
    # For connection tests and the health monitor: whatever prompts wait for, these do not.
    egress_reserve = providers.Singleton(
        Egress, egress_allow_list, proxy, shares=providers.Singleton(Shares, providers.Object(SameForAll(RESERVE)))
    )
    gateway = providers.Singleton(
        Gateway, providers.Singleton(with_trace_context, egress, tracer, settings.trace_context), reserve=egress_reserve
    )
    calls = providers.Singleton(traced, gateway, tracer)
    catalogue = providers.Singleton(PackagedCatalogue)
    price_list = providers.Singleton(PackagedPriceList, catalogue)

    usage_ledger = providers.Singleton(
        PostgresUsageLedger, tenant, clock, keeps_requests=providers.Callable(bool, request_log_days)
    )
    request_log = providers.Singleton(PostgresRequestLog, long_lists)
    usage_reports = providers.Singleton(PostgresUsageReports, tenant)
    keyed_types = providers.Singleton(keyed_types)
    cool_downs = providers.Singleton(CoolDowns, timer)
    cool_down_sharing = providers.Singleton(
        CoolDownSharing, cool_downs, providers.Singleton(PostgresSharedCoolDowns, tenant)
    )
    runnable_models = providers.Singleton(
        RunnableModelsCache,
        candidate_reader=providers.Singleton(PostgresCandidateReader, tenant, keyed_types),
        reports=usage_reports,
        catalogue=catalogue,
        gateway=gateway,
        vault=vault,
        timer=timer,
        clock=clock,
        cool_downs=cool_downs,
        keyed_types=keyed_types,
    )
    access_key_cache = providers.Singleton(AccessKeyCache, providers.Singleton(PostgresStoredKeys, tenant), timer)
    access_key_uses = providers.Singleton(PostgresKeyUses, tenant, clock)
    hints = providers.Singleton(PostgresHints, reading_pool.provided.connection)
    ledger = providers.Singleton(
        Ledger,
        recorder,
        threads=pool_size,
        written=providers.List(
            runnable_models.provided.forget,
            access_key_cache.provided.forget,
            hints.provided.grown,
            read_replica.provided.wrote,
        ),
    )

    providers_of_tenant = providers.Singleton(EventSourcedProviders, ledger, stocks)
    models_of_tenant = providers.Singleton(EventSourcedModels, ledger, stocks)
    access_keys = providers.Singleton(EventSourcedAccessKeys, ledger)
    key_secrets = providers.Singleton(PostgresKeySecrets, tenant)
    organizations = providers.Singleton(EventSourcedOrganizations, ledger)
    webhooks = providers.Singleton(EventSourcedWebhooks, ledger)
    webhook_documents = providers.Singleton(PostgresWebhookDocuments, tenant)
    members = providers.Singleton(EventSourcedMembers, ledger)
    member_documents = providers.Singleton(PostgresMemberDocuments, tenant)
    invitations = providers.Singleton(PostgresInvitations, tenant)
    webhook_vault = providers.Singleton(
        EnvelopeVault, envelope, providers.Singleton(PostgresSealedCredentials, tenant, of_webhooks=True)
    )
    auditing = providers.Container(
        Auditing,
        pool=long_reading_pool,
        connect=reading_pool.provided.connection,
        rows=ledger,
        database_url=database_url,
        admin_database_url=admin_database_url,
        key_file=runtime.provided.checkpoint_key,
        sink_path=runtime.provided.checkpoint_sink,
        organizations=organizations,
    )
    provider_documents = providers.Singleton(PostgresProviderDocuments, tenant, lists=lists)
    model_documents = providers.Singleton(
        PostgresModelDocuments, tenant, keyed_types, lists=lists, long_lists=long_lists
    )
    directory = providers.Singleton(PostgresRegisteredModels, tenant)
    health_checks = providers.Singleton(PostgresHealthChecks, tenant, settings.health_interval)
    # Each is a commit, for which those of the others wait.
    claims = providers.Singleton(
        PostgresClaims, providers.Singleton(Tenant, reading_pool, at_once=1, rests=True), clock
    )
    rate_limits = providers.Singleton(RateCounts, settings.rate_limit_storage.get_secret_value.call())

    register_provider = use_case(register_provider, providers=providers_of_tenant, gateway=gateway, vault=vault)
    change_provider = use_case(change_provider, providers=providers_of_tenant, gateway=gateway, vault=vault)
    revert_provider = use_case(revert_provider, providers=providers_of_tenant, gateway=gateway, vault=vault)
    remove_provider = use_case(
        remove_provider, providers=providers_of_tenant, models=models_of_tenant, directory=directory
    )
    check_provider = use_case(
        check_provider, providers=providers_of_tenant, vault=vault, gateway=gateway, checks=health_checks
    )
    watch_provider = use_case(
        watch_provider, providers=providers_of_tenant, vault=vault, gateway=gateway, checks=health_checks
    )
    election = providers.Singleton(PostgresMonitorElection, admin_database_url)
    log_clock = providers.Singleton(PostgresLogClock, administration.pool)
    monitor_health = use_case(monitor_health, election=election, watch=watch_provider)
    check_all = use_case(check_all, election=election, watch=watch_provider)
    try_connection = use_case(try_connection, gateway=gateway)

    register_model = use_case(register_model, models=models_of_tenant, directory=directory, catalogue=catalogue)
    change_model = use_case(change_model, models=models_of_tenant, directory=directory, catalogue=catalogue)
    replace_model = use_case(replace_model, models=models_of_tenant, directory=directory, catalogue=catalogue)
    revert_model = use_case(revert_model, models=models_of_tenant)
    remove_model = use_case(remove_model, models=models_of_tenant)
    change_models_in_bulk = use_case(
        change_models_in_bulk,
        models=models_of_tenant,
        directory=directory,
        catalogue=catalogue,
        turns=providers.Singleton(Turns, patience_seconds=_BULK_PATIENCE_SECONDS),
    )

    snapshots = providers.Singleton(PostgresSnapshots, tenant, clock)
    model_lists = providers.Singleton(
        ModelLists,
        providers=providers_of_tenant,
        vault=vault,
        gateway=gateway,
        snapshots=snapshots,
        quotas=quotas,
        time_to_live=settings.discovery_ttl,
    )
    discovery = providers.Singleton(
        Discovery, lists=model_lists, snapshots=snapshots, directory=directory, catalogue=catalogue, clock=clock
    )
    import_models = use_case(import_models, models=models_of_tenant, discovery=discovery, clock=clock)
    note_threshold = use_case(note_threshold, keys=access_keys, organizations=organizations)
    budgets = providers.Singleton(
        Budgets,
        providers.Singleton(PostgresBudgetLeases, tenant, clock),
        timer=timer,
        clock=clock,
        note_threshold=note_threshold,
    )
    note_overdue_thresholds_for_ever = use_case(
        note_overdue_thresholds_for_ever,
        overdue=providers.Singleton(PostgresOverdueThresholds, administration.pool, clock),
        # It has no part of a budget for itself.
        leases=providers.Factory(PostgresBudgetLeases, tenant, clock),
        note=note_threshold,
    )
    prompt_runner = providers.Singleton(
        PromptRunner,
        runnable_models=runnable_models,
        usage=usage_ledger,
        price_list=price_list,
        timer=timer,
        records=providers.Singleton(CallRecords, timer=timer, cool_downs=cool_downs, sharing=cool_down_sharing),
        probe=gateway.provided.probe,
        admission=providers.Singleton(
            CallAdmission, limits=providers.Singleton(CallLimits, rate_limits), budgets=budgets
        ),
        quotas=quotas,
        refuses_unknown_costs=providers.Callable(eq, settings.unknown_costs, "refuse"),
    )
    select_model = use_case(
        select_model, runnable_models=runnable_models, cool_downs=cool_downs, clock=clock, timer=timer
    )
    callable_models = use_case(callable_models, runnable_models=runnable_models)
    count_tokens = use_case(count_tokens, runner=prompt_runner, generation=calls)
    run_prompt = use_case(run_prompt, runner=prompt_runner, generation=calls)
    stream_prompt = use_case(stream_prompt, runner=prompt_runner, generation=calls)
    embed_texts = use_case(embed_texts, runner=prompt_runner, embeddings=calls)
    report_usage = use_case(report_usage, reports=providers.Singleton(PostgresUsageReports, long_lists), clock=clock)
    sweep_usage_for_ever = use_case(
        sweep_usage_for_ever,
        sweep=providers.Singleton(PostgresUsageSweep, administration.pool),
        clock=clock,
        request_log_days=request_log_days,
    )
    organization_list = providers.Singleton(PostgresOrganizationList, administration.pool)
    organizations_by_name = providers.Singleton(PostgresOrganizationsByName, administration.pool)
    name_organization = use_case(name_organization, organizations=organizations)
    remove_organization = use_case(
        remove_organization,
        organizations=organizations,
        providers=providers_of_tenant,
        models=models_of_tenant,
        directory=directory,
        keys=access_keys,
        secrets=key_secrets,
        webhooks=webhooks,
        webhook_documents=webhook_documents,
        members=members,
        member_documents=member_documents,
    )
    sign_in = providers.Singleton(
        sign_in,
        console_address,
        sign_in_settings,
        providers.Singleton(
            PostgresSignInSessions,
            reading_pool,
            idle_seconds=settings.session_idle,
            lifetime_seconds=settings.session_lifetime,
        ),
        providers.Singleton(KeyringSealedTexts, keyring),
        providers.Factory(partial, options_for_operators_address, proxy),
    )
    sweep_sessions_for_ever = use_case(
        sweep_sessions_for_ever,
        ended=providers.Singleton(PostgresEndedSessions, administration.pool),
        accounts=providers.Singleton(PostgresAccountCleanup, administration.pool),
    )
    accounts = providers.Singleton(PostgresAccounts, reading_pool)
    passphrases = providers.Singleton(Argon2Passphrases)
    passkeys = providers.Singleton(WebauthnPasskeys, providers.Callable(_origin, console_address))
    sign_in_attempts = providers.Singleton(PostgresSignInAttempts, reading_pool)
    # Where there is no identity provider, nobody but a member can make others members.
    has_other_ways_in = providers.Callable(_is_given, sign_in_settings)
    new_invitation_secret = providers.Object(partial(token_bytes, INVITATION_SECRET_BYTES))
    invite_member = use_case(
        invite_member, members=members, documents=member_documents, new_secret=new_invitation_secret
    )
    invite_again = use_case(invite_again, members=members, documents=member_documents, new_secret=new_invitation_secret)
    change_member = use_case(change_member, members=members, has_other_ways_in=has_other_ways_in)
    remove_member = use_case(remove_member, members=members, has_other_ways_in=has_other_ways_in)
    new_secret = providers.Object(partial(token_bytes, SECRET_BYTES))
    issue_access_key = use_case(
        issue_access_key,
        keys=access_keys,
        secrets=key_secrets,
        models=models_of_tenant,
        directory=directory,
        clock=clock,
        new_secret=new_secret,
    )
    change_access_key = use_case(
        change_access_key, keys=access_keys, models=models_of_tenant, directory=directory, clock=clock
    )
    rotate_access_key = use_case(
        rotate_access_key, keys=access_keys, secrets=key_secrets, clock=clock, new_secret=new_secret
    )
    revoke_access_key = use_case(revoke_access_key, keys=access_keys)

    new_webhook_secret = providers.Object(partial(token_bytes, WEBHOOK_SECRET_BYTES))
    register_webhook = use_case(
        register_webhook, webhooks=webhooks, vault=webhook_vault, addresses=egress, new_secret=new_webhook_secret
    )
    change_webhook = use_case(change_webhook, webhooks=webhooks, vault=webhook_vault, addresses=egress)
    rotate_webhook_secret = use_case(
        rotate_webhook_secret, webhooks=webhooks, vault=webhook_vault, clock=clock, new_secret=new_webhook_secret
    )
    remove_webhook = use_case(remove_webhook, webhooks=webhooks)
    webhook_outbox = providers.Singleton(PostgresWebhookOutbox, tenant)
    send_test_message = use_case(
        send_test_message, webhooks=webhooks, vault=webhook_vault, outbound=egress, outbox=webhook_outbox, clock=clock
    )
    deliver_for_ever = use_case(
        deliver_for_ever,
        election=providers.Singleton(PostgresDeliveryElection, admin_database_url),
        deliveries=providers.Singleton(
            Deliveries,
            outbox=webhook_outbox,
            webhooks=webhooks,
            vault=webhook_vault,
            outbound=egress,
            clock=clock,
            timer=timer,
        ),
        models=models_of_tenant,
        keys=access_keys,
        timer=timer,
    )

    session_descriptions = providers.Singleton(
        SessionDescriptions,
        names=providers.Singleton(PostgresOrganizationNames, reading_pool),
        passkeys=passkeys,
    )
    account_sessions = providers.Singleton(
        AccountSessions, sign_in=sign_in, descriptions=session_descriptions, passkeys=passkeys
    )

    access_key_documents = providers.Singleton(PostgresAccessKeyDocuments, tenant)
    organization_budget = providers.Singleton(PostgresOrganizationBudget, tenant, clock)

    # All there are. Their order is that of the routes in the documentation.
    views = providers.List(
        providers.Factory(ProviderTypeViews, gateway=gateway),
        providers.Factory(
            ProviderViews,
            documents=provider_documents,
            past=auditing.past,
            as_of=auditing.provider_as_of,
            register=register_provider,
            change=change_provider,
            revert=revert_provider,
            remove=remove_provider,
        ),
        providers.Factory(
            DiscoveryViews,
            checks=health_checks,
            check=check_provider,
            try_out=try_connection,
            discover_one=discovery.provided.models_of,
            discover_all=discovery.provided.all_models,
            import_them=import_models,
        ),
        providers.Factory(
            ModelViews,
            documents=model_documents,
            past=auditing.past,
            as_of=auditing.model_as_of,
            register=register_model,
            change=change_model,
            replace=replace_model,
            revert=revert_model,
            remove=remove_model,
        ),
        providers.Factory(BulkViews, documents=model_documents, change_in_bulk=change_models_in_bulk),
        providers.Factory(PromptViews, select=select_model, run=run_prompt, stream=stream_prompt),
        providers.Factory(
            AccessKeyViews,
            documents=access_key_documents,
            issue=issue_access_key,
            change=change_access_key,
            rotate=rotate_access_key,
            revoke=revoke_access_key,
        ),
        providers.Factory(
            BudgetViews,
            budget=organization_budget,
            change_budget=use_case(change_organization_budget, organizations=organizations),
            change_quotas=use_case(
                change_organization_quotas, organizations=organizations, changed=quotas.provided.forget
            ),
            uses=use_case(quota_uses, quotas=quotas, counts=rate_limits, shares=shares, stored=stored_amounts),
        ),
        providers.Factory(
            WebhookViews,
            documents=webhook_documents,
            register=register_webhook,
            change=change_webhook,
            rotate=rotate_webhook_secret,
            remove=remove_webhook,
            try_out=send_test_message,
        ),
        providers.Factory(UsageViews, report=report_usage, find_key=access_keys.provided.find),
        providers.Factory(RequestViews, log=request_log),
        providers.Factory(CompatibleModelViews, select=select_model, callable_models=callable_models),
        providers.Factory(CompatibleApiViews, run=run_prompt, stream=stream_prompt, count=count_tokens),
        providers.Factory(EmbeddingViews, embed_texts=embed_texts),
        providers.Factory(
            OverviewViews,
            report=report_usage,
            budget=organization_budget,
            providers=provider_documents,
            models=model_documents,
            keys=access_key_documents,
            log=auditing.audit_log,
            clock=clock,
        ),
        providers.Factory(AuditViews, log=auditing.audit_log, history=auditing.history),
        providers.Factory(
            VerificationViews,
            verify=auditing.verify_log,
            export=auditing.export_log,
            log_of=auditing.log_of_organization.provider,
            record_restore=auditing.record_restore,
            public_key=auditing.checkpoints.provided.public_key,
        ),
        providers.Factory(FeedViews, follow=auditing.feed.provided.follow),
        providers.Factory(
            MemberViews,
            console_url=settings.console_url,
            documents=member_documents,
            invite=invite_member,
            invite_again=invite_again,
            change=change_member,
            remove=remove_member,
        ),
        providers.Factory(SignInViews, sign_in=sign_in, descriptions=session_descriptions),
        providers.Factory(
            AccountSignInViews,
            sessions=account_sessions,
            passkeys=passkeys,
            trusted_proxies=settings.trusted_proxies,
            with_passphrase=use_case(
                sign_in_with_passphrase, accounts=accounts, passphrases=passphrases, attempts=sign_in_attempts
            ),
            with_passkey=use_case(
                sign_in_with_passkey, accounts=accounts, verifier=passkeys, attempts=sign_in_attempts
            ),
        ),
        providers.Factory(
            InvitationViews,
            sessions=account_sessions,
            accounts=accounts,
            passkeys=passkeys,
            find_invitation=use_case(found_invitation, invitations=invitations),
            accept=use_case(
                accept_invitation, invitations=invitations, members=members, accounts=accounts, passphrases=passphrases
            ),
        ),
        providers.Factory(
            OwnAccountViews,
            sessions=account_sessions,
            accounts=accounts,
            passkeys=passkeys,
            rename=use_case(rename_account, accounts=accounts),
            change_passphrase=use_case(
                change_passphrase, accounts=accounts, passphrases=passphrases, attempts=sign_in_attempts
            ),
            add_passkey=use_case(add_passkey, accounts=accounts, passphrases=passphrases, attempts=sign_in_attempts),
            remove_passkey=use_case(
                remove_passkey, accounts=accounts, passphrases=passphrases, attempts=sign_in_attempts
            ),
            erase=use_case(
                erase_account,
                accounts=accounts,
                passphrases=passphrases,
                attempts=sign_in_attempts,
                members=members,
                has_other_ways_in=has_other_ways_in,
            ),
        ),
        providers.Factory(
            OrganizationViews,
            name_it=name_organization,
            remove_it=remove_organization,
            organizations=organization_list,
        ),
        providers.Factory(
            AdministrationViews,
            projections=administration.projections,
            jobs=administration.jobs,
            stock=administration.stock,
            list_keys=administration.list_master_keys,
            launcher=administration.launcher,
        ),
    )
