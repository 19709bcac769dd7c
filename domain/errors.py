"""The root of the domain's errors."""

from typing import ClassVar


class DomainError(Exception):
    """A rule of the domain forbids the change. Nothing has changed."""

    code: ClassVar[str] = "rule-refused"
    pointer: ClassVar[str | None] = None

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))

    @property
    def message(self) -> str:
        """One sentence for the user."""
        return str(self.args[0])


class InvalidValue(DomainError):
    """The value is outside what the field allows."""

    code = "invalid-value"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
