"""An administrator's access from the command line, without the other parts of a serving process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from entrypoints.administration.admin_access import AdminAccess
from entrypoints.preparation import container
from entrypoints.runtime import prepared
from entrypoints.settings import Settings, WrongSettings


@contextmanager
def accessible(settings: Settings, say: Callable[[str], None]) -> Iterator[AdminAccess]:
    """Give access to the database of the settings; the embedded one is started where it does not run.

    Raises:
        WrongSettings: MODELBOOK_ADMIN_DATABASE_URL is missing.
        ApplicationError: the database cannot be used; the message says what to do.
    """
    if settings.is_embedded:
        with prepared(settings, say) as runtime:
            yield AdminAccess(
                admin_database_url=runtime.admin_database_url,
                master_keys=runtime.master_keys,
                master_key_directory=runtime.master_key_directory,
            )
        return
    if settings.admin_database_url is None:
        raise WrongSettings(["MODELBOOK_ADMIN_DATABASE_URL is missing: `modelbook migrate --logins` prints it."])
    url = settings.admin_database_url.get_secret_value()
    container.inspect(url, setting="MODELBOOK_ADMIN_DATABASE_URL", administrates=True)
    yield AdminAccess(
        admin_database_url=url,
        master_keys="" if settings.master_keys is None else settings.master_keys.get_secret_value(),
    )
