"""Sign in to an account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from application.members.accounts import Account, Accounts, Passphrases, SignInAttempts, SignInRefused, TooManyAttempts
from application.members.addresses import address_digest, address_key
from application.members.passkeys import PasskeyRefused, PasskeyVerifier
from application.members.passphrases import LONGEST_BYTES, normal_passphrase

MOST_OF_ACCOUNT: Final = 10
MOST_OF_CLIENT: Final = 100
"""Attempts that fail: people may share the address of a network."""
WINDOW_SECONDS: Final = 900

WRONG: Final = "The address or the passphrase is not right."


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInWithPassphrase:
    """Sign in with an address and a passphrase, from this address of the network."""

    address: str = field(repr=False)
    passphrase: str = field(repr=False)
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInWithPasskey:
    """Sign in with what a passkey answers to a challenge, from this address of the network."""

    answer: Mapping[str, Any] = field(repr=False)
    challenge: bytes = field(repr=False)
    client: str


async def sign_in_with_passphrase(
    command: SignInWithPassphrase, *, accounts: Accounts, passphrases: Passphrases, attempts: SignInAttempts
) -> Account:
    """Return the account. A wrong passphrase and an unknown address take the same work and have the same answer.

    Raises:
        SignInRefused: they do not belong together.
        TooManyAttempts: there were too many for this address, or from this client.
        SignInBusy: too many people sign in at this moment.
        Unavailable: the database cannot be reached.
    """
    of_account = f"account:{address_key(command.address)}"
    of_client = f"client:{command.client}"
    await take_attempt(attempts, of_client, MOST_OF_CLIENT)
    await take_attempt(attempts, of_account, MOST_OF_ACCOUNT)
    account = await accounts.find(address_digest(command.address))
    hashed = None if account is None else account.passphrase
    passphrase = normal_passphrase(command.passphrase)
    if len(passphrase.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        raise SignInRefused(WRONG)
    is_right = await passphrases.matches(passphrase, hashed)
    if account is None or hashed is None or not is_right:
        raise SignInRefused(WRONG)
    await attempts.forget(of_account)
    await attempts.give_back(of_client)
    if passphrases.is_outdated(hashed):
        await accounts.set_passphrase(account.id, await passphrases.hash(passphrase), instead_of=hashed)
    await accounts.note_sign_in(account.id)
    return account


async def sign_in_with_passkey(
    command: SignInWithPasskey, *, accounts: Accounts, verifier: PasskeyVerifier, attempts: SignInAttempts
) -> Account:
    """Return the account of the passkey.

    Raises:
        SignInRefused: no account has this passkey, or its answer does not count.
        TooManyAttempts: there were too many from this client.
        Unavailable: the database cannot be reached.
    """
    of_client = f"client:{command.client}"
    await take_attempt(attempts, of_client, MOST_OF_CLIENT)
    try:
        answered = verifier.answered(command.answer)
        known = await accounts.passkeys(answered.person_id)
        passkey = next((each for each in known if each.credential_id == answered.credential_id), None)
        if passkey is None:
            raise SignInRefused("No account has this passkey, or it was removed.")
        sign_count = verifier.verify_answer(command.answer, command.challenge, passkey)
    except PasskeyRefused as error:
        raise SignInRefused(error.message) from error
    challenge = digest_of_challenge(command.challenge)
    if not await accounts.note_use(answered.person_id, passkey, sign_count=sign_count, challenge=challenge):
        raise SignInRefused("This answer of the passkey was used before. Sign in again.")
    await attempts.give_back(of_client)
    await accounts.note_sign_in(answered.person_id)
    return await accounts.get(answered.person_id)


async def take_attempt(attempts: SignInAttempts, subject: str, most: int) -> None:
    """Count an attempt.

    Raises:
        TooManyAttempts: there were too many of the subject of late.
        Unavailable: the database cannot be reached.
    """
    wait = await attempts.take(subject, most, WINDOW_SECONDS)
    if wait:
        raise TooManyAttempts(wait)


def digest_of_challenge(challenge: bytes) -> bytes:
    """Return what is kept of a challenge that was answered."""
    return sha256(challenge).digest()
