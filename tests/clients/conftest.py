"""The service of the tests of the API, for clients."""

from tests.databases import databases
from tests.e2e.conftest import api, sandbox, service, session, without_pauses

__all__ = ["api", "databases", "sandbox", "service", "session", "without_pauses"]
