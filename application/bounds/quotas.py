"""Every quota of an organization: its name, what it bounds, and how much there is of it by default.

A rate is held to by `application.bounds.rate_limits`, what an organization uses of a process at a time by
`application.bounds.shares`, and what is kept of it where it is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from application.bounds.rate_limits import Quota
from domain.access_key.values import LARGEST_LIMIT, Limits
from domain.organization.values import LARGEST_QUOTA

MEBIBYTE: Final = 1024 * 1024

Kind = Literal["rate", "share", "stock"]
"""So much in some seconds, at a time in one process, or in all."""


class Quotas(dict[str, int]):
    """How much there is of each quota, by its name; 0: as much as one likes."""

    def changed(self, amounts: Mapping[str, int]) -> "Quotas":
        """Return the quotas with others in place of some."""
        return Quotas({**self, **amounts})

    @cached_property
    def prompt_limits(self) -> Limits:
        """The limits on prompts and embeddings, as access keys have them too."""
        requests, tokens, concurrent = (
            min(self[name], LARGEST_LIMIT) or None for name in ("requestsPerMinute", "tokensPerMinute", "concurrent")
        )
        return Limits(requests_per_minute=requests, tokens_per_minute=tokens, concurrent=concurrent)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaKind:
    """A quota; `what` is counted by it, in words. `seconds` are those of a rate."""

    name: str
    kind: Kind
    what: str
    default: int
    seconds: int = 1


QUOTAS: Final[Mapping[str, QuotaKind]] = {
    each.name: each
    for each in (
        QuotaKind(name="requestsPerSecond", kind="rate", what="requests", default=500),
        QuotaKind(name="requestsPerMinute", kind="rate", what="prompts and embeddings", default=0, seconds=60),
        QuotaKind(name="tokensPerMinute", kind="rate", what="tokens", default=0, seconds=60),
        QuotaKind(name="tests", kind="rate", what="connection tests", default=60, seconds=60),
        QuotaKind(name="discovery", kind="rate", what="requests for models on offer", default=120, seconds=60),
        # Each of these makes every provider list all its models, whoever pays for that.
        QuotaKind(name="refresh", kind="rate", what="requests with refresh=true", default=12, seconds=60),
        # Below the connections, so that one organization's prompts never wait for each other's connections.
        QuotaKind(name="concurrent", kind="share", what="prompts and embeddings under way", default=200),
        QuotaKind(name="requestsUnderWay", kind="share", what="requests under way", default=400),
        QuotaKind(name="bodyBytes", kind="share", what="bytes of request bodies", default=64 * MEBIBYTE),
        QuotaKind(name="outboundConnections", kind="share", what="connections to providers", default=256),
        QuotaKind(name="nameLookups", kind="share", what="look-ups of host names", default=8),
        QuotaKind(name="followers", kind="share", what="followers of the event feed", default=100),
        QuotaKind(name="verifications", kind="share", what="verifications of the log", default=1),
        QuotaKind(name="exports", kind="share", what="exports of the log", default=1),
        QuotaKind(name="keptAnswers", kind="stock", what="answers kept for an Idempotency-Key", default=200_000),
        QuotaKind(name="keptAnswerBytes", kind="stock", what="bytes of kept answers", default=256 * MEBIBYTE),
        QuotaKind(name="providers", kind="stock", what="providers", default=1_000),
        QuotaKind(name="models", kind="stock", what="registered models", default=100_000),
        QuotaKind(name="offers", kind="stock", what="models on offer from one provider", default=10_000),
    )
}
"""By name. Each counts for one organization."""

DEFAULTS: Final = Quotas({each.name: each.default for each in QUOTAS.values()})

RESERVE: Final = DEFAULTS.changed({"outboundConnections": 16, "nameLookups": 2})
"""What each organization has of the way out that is kept for connection tests and the health monitor."""


def in_words(kind: QuotaKind) -> str:
    """Return what the quota bounds, such as `Requests a second.`, as a sentence."""
    ways = {"rate": "a second" if kind.seconds == 1 else "a minute", "share": "at a time", "stock": "in all"}
    return f"{kind.what[0].upper()}{kind.what[1:]} {ways[kind.kind]}."


def rate_quota(name: str, most: int) -> Quota:
    """Return what a rate is counted by, with this number of requests."""
    return Quota(name=name, what=QUOTAS[name].what, requests=most, seconds=QUOTAS[name].seconds)


def read_quotas(text: str) -> Mapping[str, int]:
    """Parse `tests=60,models=0` into numbers by the names of quotas.

    Raises:
        ValueError: a part is not the name of a quota with a whole number; it says which, and what to write.
    """
    parts = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    for name, _, number in parts:
        if name not in QUOTAS:
            raise ValueError(f"names {name!r}, which is not a quota: name some of {', '.join(QUOTAS)}")
        if not (number.isascii() and number.isdigit()) or int(number[:20]) > LARGEST_QUOTA:
            raise ValueError(
                f"has {number[:50]!r} for {name}: write a whole number, such as {name}={QUOTAS[name].default}, or 0 "
                "for no limit"
            )
    return {name: int(number) for name, _, number in parts}
