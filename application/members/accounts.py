"""Accounts: persons who sign in with a passphrase or with passkeys, whatever organizations they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from application.errors import ApplicationError, Conflict, NotFound
from application.plurals import counted

MOST_PASSKEYS: Final = 20
"""Of an account."""

ISSUER: Final = "modelbook"
"""Who vouches for those who sign in here; no identity provider is called like that."""


class SignInRefused(ApplicationError):
    """The address and what you have signed in with do not belong together."""

    code = "sign-in-refused"


class TooManyAttempts(ApplicationError):
    """There were too many attempts to sign in. Wait, and try again."""

    code = "too-many-attempts"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            f"There were too many attempts to sign in. Try again in {counted(retry_after_seconds, 'second')}."
        )
        self.retry_after_seconds = retry_after_seconds


class SignInBusy(ApplicationError):
    """Too many people sign in at this moment. Try again in a few seconds."""

    code = "sign-in-busy"


class AccountGone(NotFound):
    """This account was erased."""

    code = "account-gone"


class PasskeyNotFound(NotFound):
    """Your account has no such passkey."""

    code = "passkey-not-found"


class LastWayIn(Conflict):
    """Without this passkey you could not sign in any more. Set a passphrase or add another passkey first."""

    code = "last-way-in"


class TooManyPasskeys(Conflict):
    """Your account has as many passkeys as it may have (20). Remove one that is not needed."""

    code = "too-many-passkeys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account; `passphrase` is the hash of its passphrase, none where it has passkeys alone."""

    id: UUID
    address: str
    name: str
    passphrase: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """The public half of a passkey. `sign_count` only grows, where the authenticator counts at all (else it is 0)."""

    id: UUID
    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What a browser has made: a passkey that is not kept yet."""

    id: UUID
    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An organization of an account, and the member that it is there."""

    organization_id: UUID
    member_id: UUID
    role: str


class Accounts(Protocol):
    """Keeps accounts. A call sees the one account that it names, and no other; all raise Unavailable."""

    async def find(self, address_digest: bytes) -> Account | None:
        """Return the account of an address; none where there is none."""
        ...

    async def get(self, person_id: UUID) -> Account:
        """Return an account.

        Raises:
            AccountGone: it was erased.
        """
        ...

    async def passkeys(self, person_id: UUID) -> Sequence[Passkey]:
        """Return the passkeys of an account, the oldest first; none where there is no such account."""
        ...

    async def memberships(self, person_id: UUID) -> Sequence[Membership]:
        """Return the organizations that the account is a member of now."""
        ...

    async def rename(self, person_id: UUID, name: str) -> None:
        """Give the account a name, which its organizations see too."""
        ...

    async def set_passphrase(self, person_id: UUID, hashed: str, *, instead_of: str | None) -> bool:
        """Keep the hash of a passphrase, if the present one is still this; return whether it was."""
        ...

    async def add_passkey(self, person_id: UUID, passkey: NewPasskey) -> None:
        """Keep a passkey.

        Raises:
            PasskeyTaken: an account has it already.
            TooManyPasskeys: the account has as many as it may have.
        """
        ...

    async def remove_passkey(self, person_id: UUID, passkey_id: UUID) -> None:
        """Forget a passkey.

        Raises:
            PasskeyNotFound: the account has none of this id.
            LastWayIn: it is all that the account can be signed in to with.
        """
        ...

    async def note_use(self, person_id: UUID, passkey: Passkey, *, sign_count: int, challenge: bytes) -> bool:
        """Note that the passkey has answered a challenge, of this digest; return whether that counts.

        It does not if the challenge was answered before, or the passkey's count has not grown meanwhile.
        """
        ...

    async def note_challenge(self, challenge: bytes) -> bool:
        """Note that a challenge of this digest was answered; return whether it is the first time."""
        ...

    async def note_sign_in(self, person_id: UUID) -> None:
        """Note that the account is in use."""
        ...

    async def erase(self, person_id: UUID) -> None:
        """Erase the account with its passkeys, its sessions, and its name and address in every organization."""
        ...


class SignInAttempts(Protocol):
    """Counts attempts to sign in, for all processes.

    Each method raises `Unavailable` where the database cannot be reached.
    """

    async def take(self, subject: str, most: int, seconds: int) -> int:
        """Count an attempt of this subject; return 0, or in how many seconds there may be another one.

        There are `most` in so many seconds, which begin with the first.
        """
        ...

    async def forget(self, subject: str) -> None:
        """Begin to count again, because an attempt has succeeded."""
        ...

    async def give_back(self, subject: str) -> None:
        """Let one attempt not count, because it has succeeded."""
        ...


class AccountCleanup(Protocol):
    """Deletes what nobody needs any more."""

    async def sweep(self, limit: int) -> int:
        """Delete old attempts and challenges, and accounts that have belonged to no organization for long.

        At most `limit` of each; return of how many there may be more.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...


class Passphrases(Protocol):
    """Hashes passphrases, few at a time: each takes much memory and processor time on purpose."""

    async def hash(self, passphrase: str) -> str:
        """Return the hash to keep.

        Raises:
            SignInBusy: too many wait for theirs.
        """
        ...

    async def matches(self, passphrase: str, hashed: str | None) -> bool:
        """Return whether the hash is that of the passphrase. It takes as long where there is no hash.

        Raises:
            SignInBusy: too many wait for theirs.
        """
        ...

    def is_outdated(self, hashed: str) -> bool:
        """Return whether a hash was made with weaker parameters than today's."""
        ...
