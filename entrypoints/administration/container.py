"""Wires the parts of administrators' work; like every `container.py`, it imports adapters."""

from pathlib import Path

from dependency_injector import containers, providers

from adapters.event_store.snapshot_check import wrong_snapshots
from adapters.postgres.connection_pools import administrators_pool
from adapters.postgres.credential_stock import PostgresCredentialStock
from adapters.postgres.inspect_database import forget_canaries, keep_canaries, stored_canaries
from adapters.postgres.jobs import PostgresJobs
from adapters.postgres.rebuild_times import PostgresRebuildTimes
from adapters.projections.projections import PostgresProjections
from adapters.system_clock import SystemClock
from adapters.vault.envelope import Envelope
from adapters.vault.keyring import Keyring
from adapters.vault.keyring_file import KeyringFile
from adapters.vault.live_keyring import held_keyring
from adapters.vault.master_keys import EnvelopeMasterKeys
from application.master_keys.list_master_keys import list_master_keys
from application.master_keys.rotate_master_key import rotate_master_key
from application.rebuilding.rebuild_projections import rebuild_projections
from application.rebuilding.verify_projections import verify_projections
from entrypoints.administration.job_launcher import Launcher
from entrypoints.settings import ADMINISTRATORS_POOL
from entrypoints.use_case import use_case


class Administration(containers.DeclarativeContainer):
    """Everything that works across organizations, on the administrators' login. Its pool connects when it is needed."""

    admin_database_url = providers.Dependency(instance_of=str)
    master_keys = providers.Dependency(instance_of=str)
    master_key_directory: providers.Dependency[Path | None] = providers.Dependency(default=None)

    launcher = providers.Singleton(Launcher, admin_database_url, master_keys, master_key_directory)
    pool = providers.Singleton(
        administrators_pool,
        admin_database_url,
        size=ADMINISTRATORS_POOL,
        least=0,
        application_name="modelbook administration",
    )
    jobs = providers.Singleton(PostgresJobs, pool, providers.Singleton(SystemClock))
    stock = providers.Singleton(PostgresCredentialStock, pool)
    rebuild_times = providers.Singleton(PostgresRebuildTimes, pool)
    projections = providers.Singleton(PostgresProjections, admin_database_url, providers.Object(wrong_snapshots))
    keyring = providers.Singleton(held_keyring, master_keys, master_key_directory)
    keys = providers.Singleton(EnvelopeMasterKeys, providers.Singleton(Envelope, keyring), keyring)

    rebuild_projections = use_case(rebuild_projections, projections=projections)
    verify_projections = use_case(verify_projections, projections=projections)
    rotate_master_key = use_case(rotate_master_key, keys=keys, stock=stock)
    list_master_keys = use_case(list_master_keys, keys=keys, stock=stock)


def check_keyring(master_keys: str, admin_database_url: str) -> None:
    """Check that the keyring opens what is stored, remember keys that are new, and forget those nobody has or needs.

    Raises:
        WrongKeyring: it does not; the message says which key is missing.
        ValueError: the text holds no keyring.
    """
    keyring = Keyring.parse(master_keys)
    envelope = Envelope(keyring)
    stored, in_use = stored_canaries(admin_database_url)
    envelope.check_canary(stored, in_use=in_use)
    keep_canaries(
        admin_database_url, {name: canary for name, canary in envelope.canary().items() if name not in stored}
    )
    forget_canaries(admin_database_url, kept=keyring.ids)


def new_master_key(key_id: str) -> str:
    """Return a new master key in the form of MODELBOOK_MASTER_KEYS.

    Raises:
        ValueError: the id is not allowed.
    """
    return Keyring.generate(key_id).reveal()


def add_master_key(directory: Path) -> str:
    """Make a new active key in the key file of a folder and return its id.

    Raises:
        KeyringFileRefused: the file cannot be used.
    """
    return KeyringFile(directory).rotate().active_id


def drop_master_key(directory: Path, key_id: str) -> None:
    """Take a key out of the key file of a folder.

    Raises:
        KeyringFileRefused: the file cannot be used.
        ValueError: it has no such key, or that is the active one.
    """
    KeyringFile(directory).remove(key_id)
