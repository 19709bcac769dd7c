"""A fault to inject into matching requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault: the provider and operation that it affects, and how many more requests."""

    kind: str
    #: A provider's name, or `any`.
    provider: str
    #: An operation's name, or `any`.
    operation: str
    #: None: until it is cleared.
    times: int | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    is_cleared: bool = False

    def seconds(self, name: str = "seconds", default: float = 0.0) -> float:
        """A duration among the parameters."""
        value = self.parameters.get(name, default)
        return float(value) if isinstance(value, int | float) else default

    def number(self, name: str, default: int) -> int:
        """A count among the parameters."""
        value = self.parameters.get(name, default)
        return value if isinstance(value, int) else default

    def text(self, name: str, default: str = "") -> str:
        """A string among the parameters."""
        value = self.parameters.get(name, default)
        return value if isinstance(value, str) else default
