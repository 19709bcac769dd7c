"""The queue of faults to inject."""

from collections.abc import Mapping, Sequence

from sandbox.faults.fault import Fault
from sandbox.faults.fault_kinds import FAULT_KINDS, NUMBER, FaultKind

ANY = "any"
OPERATIONS = (ANY, "list", "get", "chat", "stream", "embed", "count", "account", "health")


class UnknownFault(ValueError):
    """The fault, provider, operation or parameter is unknown; the message lists the known ones."""


class FaultQueue:
    """Faults in the order in which they were added. A request takes the first that matches it."""

    def __init__(self, cases: Mapping[str, Mapping[str, bool]]) -> None:
        """Take the names of each provider's refusal cases, which are faults too, and whether each needs a stream."""
        self._cases = cases
        self._faults: list[Fault] = []

    def add(
        self, *, kind: str, provider: str = ANY, operation: str = ANY, times: int | None = None, **parameters: object
    ) -> Fault:
        """Have the next `times` matching requests misbehave (None: all of them, until `clear`).

        `kind` is one of `faults.kinds.FAULT_KINDS`, or the name of a refusal of that provider in `keys.KEYS`.

        Raises:
            UnknownFault: a name or a parameter is not known, or has the wrong type.
        """
        self._check(kind, provider, operation, times)
        _check_parameters(kind, FAULT_KINDS.get(kind, FaultKind(summary="")), parameters)
        fault = Fault(kind=kind, provider=provider, operation=operation, times=times, parameters=parameters)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults, and let go the requests that are held until then."""
        for fault in self._faults:
            fault.is_cleared = True
        self._faults.clear()

    def pending(self) -> list[Fault]:
        """Return the pending faults."""
        return list(self._faults)

    def take(self, *, provider: str, operation: str, later_page: bool) -> Fault | None:
        """Return the fault for this request. It is removed after its last use."""
        for fault in self._faults:
            if _meant_for(fault, provider, operation) and self._shows(
                fault.kind, provider, operation, later_page=later_page
            ):
                self._count(fault)
                return fault
        return None

    def _count(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times == 0:
            self._faults.remove(fault)

    def _shows(self, kind: str, provider: str, operation: str, *, later_page: bool) -> bool:
        if kind not in FAULT_KINDS:
            return self._cases[provider].get(kind) in {False, operation == "stream"}
        scope = FAULT_KINDS[kind].scope
        if scope == "answer":
            return operation in {"chat", "stream"}
        if scope == "stream":
            return operation == "stream"
        if scope == "page":
            return operation == "list"
        return scope != "later-page" or (operation == "list" and later_page)

    def _check(self, kind: str, provider: str, operation: str, times: int | None) -> None:
        if provider != ANY and provider not in self._cases:
            raise UnknownFault(_unknown("provider", provider, [ANY, *self._cases]))
        if operation not in OPERATIONS:
            raise UnknownFault(_unknown("operation", operation, OPERATIONS))
        known = [
            *FAULT_KINDS,
            *(self._cases.get(provider) or {name for names in self._cases.values() for name in names}),
        ]
        if kind not in known:
            raise UnknownFault(_unknown("kind", kind, known))
        if times is not None and times < 1:
            message = "times must be 1 or more, or absent for ever"
            raise UnknownFault(message)


def _check_parameters(kind_name: str, kind: FaultKind, parameters: Mapping[str, object]) -> None:
    known = {**kind.parameters, "delay": NUMBER}
    for name, value in parameters.items():
        if name not in known:
            raise UnknownFault(_unknown(f"parameter of {kind_name}", name, list(known)))
        if not isinstance(value, known[name]) or (isinstance(value, bool) and bool not in known[name]):
            wanted = " or ".join(each.__name__ for each in known[name])
            message = f"{name} must be {wanted}, not {type(value).__name__}"
            raise UnknownFault(message)


def _meant_for(fault: Fault, provider: str, operation: str) -> bool:
    return fault.provider in {ANY, provider} and fault.operation in {ANY, operation}


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    return f"unknown {what} {name!r}; known: {', '.join(known)}"
