"""The kinds of errors that providers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.ports.provider_gateway import Category, Concern


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorKind:
    """An error kind that several providers share; `{label}` in its texts is replaced by the provider's name.

    `authenticated` is None if the response does not show whether the key is valid. `is_retryable`: the same request may
    succeed after a pause.
    """

    category: Category
    message: str
    hint: str | None = None
    authenticated: bool | None = None
    is_retryable: bool = False
    concerns: Concern = "provider"
