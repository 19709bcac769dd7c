"""Change an account: its name, its passphrase and its passkeys; and erase it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from application.caller import Caller, acting_as
from application.errors import ApplicationError, InvalidInput
from application.members.accounts import (
    Account,
    Accounts,
    Membership,
    NewPasskey,
    Passphrases,
    SignInAttempts,
    SignInRefused,
)
from application.members.addresses import address_key, checked_person_name
from application.members.members import LastAdmin, MemberNotFound, Members
from application.members.passphrases import LONGEST_BYTES, checked_passphrase, normal_passphrase
from application.members.remove_member import RemoveMember, remove_member
from application.members.sign_in import MOST_OF_ACCOUNT, digest_of_challenge, take_attempt

FRESH: Final = timedelta(minutes=15)
"""So long after signing in, an account without a passphrase can be changed."""


class SignInAgain(ApplicationError):
    """You have signed in too long ago for this. Sign out, sign in again, and repeat it."""

    code = "sign-in-again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What shows that it is the owner who changes an account: the passphrase, or having signed in just now."""

    person_id: UUID
    signed_in_at: datetime
    now: datetime
    passphrase: str | None = field(default=None, repr=False)


async def confirmed_account(
    confirmation: Confirmation, *, accounts: Accounts, passphrases: Passphrases, attempts: SignInAttempts
) -> Account:
    """Return the account of the caller.

    Raises:
        InvalidInput: its present passphrase is missing, or wrong.
        SignInAgain: it has no passphrase, and its owner has signed in too long ago.
        TooManyAttempts: its passphrase was guessed too often.
        AccountGone: it was erased.
        SignInBusy: too many people sign in at this moment.
    """
    account = await accounts.get(confirmation.person_id)
    if account.passphrase is None:
        if confirmation.now - confirmation.signed_in_at > FRESH:
            raise SignInAgain
        return account
    stated = confirmation.passphrase
    if stated is None:
        raise InvalidInput("/currentPassphrase", "Give your present passphrase.")
    subject = f"account:{address_key(account.address)}"
    await take_attempt(attempts, subject, MOST_OF_ACCOUNT)
    passphrase = normal_passphrase(stated)
    is_of_length = len(passphrase.encode("utf-8", "surrogatepass")) <= LONGEST_BYTES
    if not is_of_length or not await passphrases.matches(passphrase, account.passphrase):
        raise InvalidInput("/currentPassphrase", "This is not your present passphrase.")
    await attempts.forget(subject)
    return account


async def rename_account(person_id: UUID, name: str, *, accounts: Accounts) -> None:
    """Give an account another name.

    Raises:
        InvalidInput: it is not allowed.
        AccountGone: the account was erased.
    """
    await accounts.get(person_id)
    await accounts.rename(person_id, checked_person_name(name))


async def change_passphrase(
    confirmation: Confirmation,
    passphrase: str,
    *,
    accounts: Accounts,
    passphrases: Passphrases,
    attempts: SignInAttempts,
) -> None:
    """Set another passphrase, or the first.

    Raises:
        InvalidInput: it is not good enough, or the present one is missing or wrong.
        SignInRefused: somebody else has changed it at the same time.
        SignInAgain, TooManyAttempts, AccountGone, SignInBusy: as for `confirmed_account`.
    """
    account = await confirmed_account(confirmation, accounts=accounts, passphrases=passphrases, attempts=attempts)
    hashed = await passphrases.hash(checked_passphrase(passphrase, personal=(account.address, account.name)))
    if not await accounts.set_passphrase(account.id, hashed, instead_of=account.passphrase):
        raise SignInRefused("Your passphrase was changed at the same time. Sign in again.")


async def add_passkey(
    confirmation: Confirmation,
    passkey: NewPasskey,
    challenge: bytes,
    *,
    accounts: Accounts,
    passphrases: Passphrases,
    attempts: SignInAttempts,
) -> None:
    """Add a passkey, which has answered this challenge.

    Raises:
        PasskeyTaken: an account has it already.
        TooManyPasskeys: the account has as many as it may have.
        SignInRefused: the challenge was answered before.
        InvalidInput, SignInAgain, TooManyAttempts, AccountGone, SignInBusy: as for `confirmed_account`.
    """
    account = await confirmed_account(confirmation, accounts=accounts, passphrases=passphrases, attempts=attempts)
    if not await accounts.note_challenge(digest_of_challenge(challenge)):
        raise SignInRefused("This passkey was added already.")
    await accounts.add_passkey(account.id, passkey)


async def remove_passkey(
    confirmation: Confirmation,
    passkey_id: UUID,
    *,
    accounts: Accounts,
    passphrases: Passphrases,
    attempts: SignInAttempts,
) -> None:
    """Remove a passkey.

    Raises:
        PasskeyNotFound: the account has none of this id.
        LastWayIn: it is all that the account can be signed in to with.
        InvalidInput, SignInAgain, TooManyAttempts, AccountGone, SignInBusy: as for `confirmed_account`.
    """
    account = await confirmed_account(confirmation, accounts=accounts, passphrases=passphrases, attempts=attempts)
    await accounts.remove_passkey(account.id, passkey_id)


async def erase_account(
    confirmation: Confirmation,
    caller: Caller,
    *,
    accounts: Accounts,
    passphrases: Passphrases,
    attempts: SignInAttempts,
    members: Members,
    has_other_ways_in: bool,
) -> None:
    """Leave all organizations, and erase the account with its name and address wherever they are kept.

    What it did stays in the logs of its organizations, under ids that lead to nobody any more. Broken off, it can be
    repeated.

    Raises:
        LastAdmin: nobody else administers one of the organizations; it was not left, and the account is as it was.
        InvalidInput, SignInAgain, TooManyAttempts, AccountGone, SignInBusy: as for `confirmed_account`.
    """
    account = await confirmed_account(confirmation, accounts=accounts, passphrases=passphrases, attempts=attempts)
    memberships = await accounts.memberships(account.id)
    # Those that may refuse come first: then nothing was left yet.
    with caller.outcome.in_parts():
        await _left(memberships, caller, members, has_other_ways_in=has_other_ways_in)
    await accounts.erase(account.id)


async def _left(
    memberships: Sequence[Membership], caller: Caller, members: Members, *, has_other_ways_in: bool
) -> None:
    for step, membership in enumerate(sorted(memberships, key=lambda each: each.role != "admin")):
        its_own = replace(
            caller,
            organization_id=membership.organization_id,
            actor=str(membership.member_id),
            command_id=caller.new_id(step),
        )
        with acting_as(its_own):
            command = RemoveMember(member_id=membership.member_id)
            try:
                await remove_member(command, members=members, has_other_ways_in=has_other_ways_in, is_leaving=True)
            except MemberNotFound:
                continue
            except LastAdmin as error:
                raise LastAdmin(
                    f"Nobody else administers the organization {membership.organization_id}. Make somebody else an "
                    "admin there first; your account is as it was, but for organizations that you have left already."
                ) from error
