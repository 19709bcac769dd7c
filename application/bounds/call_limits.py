"""Enforces limits: requests and tokens a minute, and prompts at once."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from math import ceil
from typing import Final

from application.bounds.caller_bounds import CallerBounds
from application.bounds.rate_limits import Allowance, Quota, RateLimits
from application.errors import RateLimited
from application.plurals import counted

_MINUTE: Final = 60
_SHORTLY: Final = 1


def requests_quota(bounds: CallerBounds, most: int) -> Quota:
    """Return the quota of requests a minute."""
    return Quota(name=f"{bounds.kind}-requests", what="requests", requests=most, seconds=_MINUTE)


def tokens_quota(bounds: CallerBounds, most: int) -> Quota:
    """Return the quota of tokens a minute."""
    return Quota(name=f"{bounds.kind}-tokens", what="tokens", requests=most, seconds=_MINUTE)


class CallLimits:
    """Counts prompts and embeddings against the limits of their access key and their organization.

    A minute begins with the first request in it. Tokens count when a call has ended, so that a limit of tokens is
    passed by no more than the calls under way.
    """

    def __init__(self, counts: RateLimits) -> None:
        self._counts = counts

    @asynccontextmanager
    async def within(self, bounds: Sequence[CallerBounds], tokens: Callable[[], int]) -> AsyncIterator[None]:
        """Run a call if all limits allow it; `tokens` returns their number at the end.

        Raises:
            RateLimited: one of them does not; it says when to try again.
        """
        entered: list[tuple[CallerBounds, str]] = []
        try:
            for each in bounds:
                ticket = await self._enter(each)
                if ticket is not None:
                    entered.append((each, ticket))
            for each in bounds:
                await self._admit(each)
            try:
                yield
            finally:
                await self._add_tokens(bounds, tokens)
        finally:
            for each, ticket in entered:
                await self._counts.leave(each.subject_id, ticket)

    async def _enter(self, bounds: CallerBounds) -> str | None:
        most = bounds.limits.concurrent
        if most is None:
            return None
        ticket = await self._counts.enter(bounds.subject_id, most)
        if ticket is None:
            raise RateLimited(
                Quota(name=f"{bounds.kind}-concurrent", what="prompts at once", requests=most, seconds=_SHORTLY),
                _SHORTLY,
                f"{bounds.whose} has used up its limit of prompts: {most} at the same time. Try again in a second.",
            )
        return ticket

    async def _admit(self, bounds: CallerBounds) -> None:
        """Look at the tokens first: a request that they refuse is not counted."""
        limits = bounds.limits
        if limits.tokens_per_minute is not None:
            quota = tokens_quota(bounds, limits.tokens_per_minute)
            _check(bounds, await self._counts.look(quota, bounds.subject_id))
        if limits.requests_per_minute is not None:
            quota = requests_quota(bounds, limits.requests_per_minute)
            _check(bounds, await self._counts.take(quota, bounds.subject_id))

    async def _add_tokens(self, bounds: Sequence[CallerBounds], tokens: Callable[[], int]) -> None:
        for each in bounds:
            most = each.limits.tokens_per_minute
            if most is not None and (used := tokens()):
                await self._counts.add(tokens_quota(each, most), each.subject_id, used)


def _check(bounds: CallerBounds, allowance: Allowance) -> None:
    if allowance.is_granted:
        return
    quota, seconds = allowance.quota, max(_SHORTLY, ceil(allowance.resets_after_seconds))
    raise RateLimited(
        quota,
        seconds,
        f"{bounds.whose} has used up its limit of {quota.what}: {quota.requests:,} a minute. Try again in "
        f"{counted(seconds, 'second')}.",
    )
