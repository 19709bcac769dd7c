"""The cookies of the sign-in: one names a session, others last while somebody is at the identity provider.

Their content is sealed, so that a browser keeps it and cannot read it. Over TLS their names begin with `__Host-`, which
browsers take from this very host alone. On this machine, where there may be no TLS, the port is a part of the name:
cookies do not know ports.
"""

import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Final
from uuid import UUID

from aiohttp import web
from yarl import URL

from application.sign_in.sealed_texts import SealedTexts

PENDING_SECONDS: Final = 600
CHALLENGE_SECONDS: Final = 300
MOST_PENDING: Final = 3
"""Sign-ins that one browser may have begun and not finished; one more gives up those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCookie:
    """Which session, as which of its organizations, and what the person is called; the name is kept nowhere else."""

    session_id: UUID
    organization_id: UUID | None
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSignIn:
    """What ties the answer to the browser (state), the ID token to the request (nonce), and the code to us."""

    state: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


def new_sign_in() -> PendingSignIn:
    """Return new secrets, of 256 bits each."""
    return PendingSignIn(
        state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), code_verifier=secrets.token_urlsafe(32)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunSignIn:
    """A sign-in that this browser has begun, and where in this service it leads."""

    pending: PendingSignIn
    next_path: str


class SignInCookies:
    """Reads the cookies of requests and adds those of answers."""

    def __init__(self, origin: str, texts: SealedTexts, *, clock: Callable[[], float] = time.time) -> None:
        self._texts = texts
        self._clock = clock
        self._is_secure = origin.startswith("https://")
        prefix = "__Host-modelbook" if self._is_secure else f"modelbook-{URL(origin).port}"
        self._session = f"{prefix}-session"
        self._pending = f"{prefix}-sign-in-"
        self._challenge = f"{prefix}-passkey-"

    def session(self, request: web.Request) -> SessionCookie | None:
        """Return the content of the request's cookie; none where it has none that was made here."""
        sealed = request.cookies.get(self._session)
        text = None if sealed is None else self._texts.open(sealed, self._session)
        if text is None:
            return None
        content = json.loads(text)
        organization_id = content["organization_id"]
        return SessionCookie(
            session_id=UUID(content["session_id"]),
            organization_id=None if organization_id is None else UUID(organization_id),
            name=content["name"],
        )

    def set_session(self, response: web.StreamResponse, cookie: SessionCookie, *, seconds: float) -> None:
        """Keep the cookie for so long."""
        text = json.dumps(asdict(cookie), default=str)
        self._set(response, self._session, self._texts.seal(text, self._session), round(seconds))

    def drop_session(self, response: web.StreamResponse) -> None:
        """Make the browser forget the session."""
        self._set(response, self._session, "", 0)

    def set_begun(self, request: web.Request, response: web.StreamResponse, begun: BegunSignIn) -> None:
        """Keep what the sign-in needs when the browser comes back from the identity provider."""
        others = [name for name in request.cookies if name.startswith(self._pending)]
        if len(others) >= MOST_PENDING:
            for name in others:
                self._set(response, name, "", 0)
        content = {**asdict(begun.pending), "next_path": begun.next_path, "begun_at": self._clock()}
        name = self._name_of(begun.pending.state)
        self._set(response, name, self._texts.seal(json.dumps(content), name), PENDING_SECONDS)

    def begun(self, request: web.Request, state: str) -> BegunSignIn | None:
        """Return the sign-in of this state that this browser has begun; none where there is none, or it is too old."""
        name = self._name_of(state)
        sealed = request.cookies.get(name)
        text = None if sealed is None else self._texts.open(sealed, name)
        if text is None:
            return None
        content = json.loads(text)
        age = self._clock() - content.pop("begun_at")
        next_path = content.pop("next_path")
        pending = PendingSignIn(**content)
        if age > PENDING_SECONDS or not hmac.compare_digest(pending.state.encode(), state.encode()):
            return None
        return BegunSignIn(pending=pending, next_path=next_path)

    def set_challenge(self, response: web.StreamResponse, purpose: str, content: Mapping[str, str]) -> None:
        """Keep what a passkey is to answer, for one purpose."""
        name = f"{self._challenge}{purpose}"
        text = json.dumps({**content, "begun_at": self._clock()})
        self._set(response, name, self._texts.seal(text, name), CHALLENGE_SECONDS)

    def challenge(self, request: web.Request, purpose: str) -> Mapping[str, str] | None:
        """Return what was kept for the purpose; none where there is nothing, or it is too old."""
        name = f"{self._challenge}{purpose}"
        sealed = request.cookies.get(name)
        text = None if sealed is None else self._texts.open(sealed, name)
        if text is None:
            return None
        content: dict[str, str] = json.loads(text)
        return content if self._clock() - float(content.pop("begun_at")) <= CHALLENGE_SECONDS else None

    def drop_challenge(self, response: web.StreamResponse, purpose: str) -> None:
        """Make the browser forget what was kept for the purpose."""
        self._set(response, f"{self._challenge}{purpose}", "", 0)

    def drop_begun(self, response: web.StreamResponse, state: str) -> None:
        """Make the browser forget the sign-in, so that its answer counts once."""
        self._set(response, self._name_of(state), "", 0)

    def _name_of(self, state: str) -> str:
        return self._pending + "".join(
            character for character in state[:8] if character.isascii() and character.isalnum()
        )

    def _set(self, response: web.StreamResponse, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", httponly=True, secure=self._is_secure, samesite="Lax"
        )
