"""Cases that do little but wait, run at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable


async def at_once(check: Callable[..., Awaitable[None]], cases: Iterable[tuple[object, ...]]) -> None:
    """Return when the check has passed for every case, or raise its errors, each of which names its case."""
    checked = list(cases)
    outcomes = await asyncio.gather(*(check(*case) for case in checked), return_exceptions=True)
    errors = []
    for case, outcome in zip(checked, outcomes, strict=True):
        if outcome is not None:
            outcome.add_note(f"The case is {case}.")
            errors.append(outcome)
    if errors:
        raise BaseExceptionGroup(f"{len(errors)} of {len(checked)} cases", errors)
