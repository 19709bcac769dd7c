"""What can go wrong with a declaration. No request is ever answered with these: they are for the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class DeclarationError(Exception):
    """A declaration could not be read, compared or executed."""

    code: ClassVar[str] = "declaration-error"

    @property
    def message(self) -> str:
        """What went wrong, for the user."""
        return str(self.args[0])


class ServiceRefused(DeclarationError):
    """The service has refused a request; nothing of it was done. The message is the service's own."""

    code = "service-refused"


class ServiceUnreachable(DeclarationError):
    """The service cannot be reached, or did not answer as it should. Whether a change was made is not known."""

    code = "service-unreachable"


class BrokenOff(ServiceUnreachable):
    """Somebody has stopped it without waiting for the service's answer."""

    code = "stopped"


class Stopped(DeclarationError):
    """Somebody has stopped it, between one change and the next."""

    code = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong at a place in a declaration, to follow the pointer to it."""

    place: str
    message: str


class DeclarationRefused(DeclarationError):
    """The declaration cannot be applied."""

    code = "declaration-refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(" ".join(f"{finding.place} {finding.message}." for finding in findings))
        self.findings = findings
