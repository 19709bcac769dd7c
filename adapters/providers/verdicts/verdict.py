"""What an answer can mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.ports.provider_adapter import Concern
    from application.ports.provider_gateway import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A meaning that several providers share; `{label}` in its sentences stands for the provider's name.

    `authenticated` is none where the answer does not tell whether the key is good. `is_retryable` says that the same
    request may succeed after a pause.
    """

    category: Category
    says: str
    hint: str | None = None
    authenticated: bool | None = None
    is_retryable: bool = False
    concerns: Concern = "provider"
