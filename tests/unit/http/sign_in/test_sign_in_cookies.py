"""What browsers keep of a sign-in, sealed, and for how long it counts."""

from uuid import uuid4

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from adapters.vault.keyring import Keyring
from adapters.vault.sealed_texts import KeyringSealedTexts
from entrypoints.http.sign_in.sign_in_cookies import (
    MOST_PENDING,
    PENDING_SECONDS,
    BegunSignIn,
    SessionCookie,
    SignInCookies,
    new_sign_in,
)
from tests.tokens import Clock

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
KEYRING = Keyring.generate("first")


def cookies(origin: str = "https://modelbook.example", keyring: Keyring = KEYRING) -> tuple[SignInCookies, Clock]:
    clock = Clock()
    return SignInCookies(origin, KeyringSealedTexts(keyring), clock=clock), clock


def request_with(*held: web.Response) -> web.Request:
    pairs = {name: morsel.value for one in held for name, morsel in one.cookies.items()}
    header = "; ".join(f"{name}={value}" for name, value in pairs.items() if value)
    return make_mocked_request("GET", "/", headers={"Cookie": header})


def test_over_tls_a_cookie_is_of_this_very_host_alone() -> None:
    for origin, start in (
        ("https://modelbook.example", "__Host-modelbook-"),
        ("http://127.0.0.1:8080", "modelbook-8080-"),
    ):
        response = web.Response()
        cookie = SessionCookie(session_id=uuid4(), organization_id=None, name="Ada")
        cookies(origin)[0].set_session(response, cookie, seconds=60)
        [(name, morsel)] = response.cookies.items()
        assert name.startswith(start)
        assert bool(morsel["secure"]) == origin.startswith("https")
        assert (morsel["httponly"], morsel["samesite"], morsel["path"], morsel["domain"]) == (True, "Lax", "/", "")
        assert "Ada" not in morsel.value


def test_a_cookie_opens_under_each_key_of_the_ring_and_under_no_other() -> None:
    held, response = SessionCookie(session_id=uuid4(), organization_id=uuid4(), name="Ada"), web.Response()
    cookies()[0].set_session(response, held, seconds=60)
    rotated = KEYRING.led_by(Keyring.generate("second"))
    assert cookies(keyring=rotated)[0].session(request_with(response)) == held
    assert cookies(keyring=rotated.without("first"))[0].session(request_with(response)) is None


def test_a_sealed_text_has_one_form() -> None:
    texts = KeyringSealedTexts(KEYRING)
    for length in range(4):
        sealed = texts.seal("x" * length, "here")
        assert texts.open(sealed, "here") == "x" * length
        last = ALPHABET[ALPHABET.index(sealed[-1]) ^ 1]
        others = (sealed[:-1] + last, sealed + "=", sealed + "\n", f"{sealed[:5]}*{sealed[5:]}", sealed[1:], "", "ä")
        assert [other for other in others if texts.open(other, "here") is not None] == []
        assert texts.open(sealed, "elsewhere") is None


def test_a_sign_in_that_was_begun_counts_for_ten_minutes_and_for_its_state() -> None:
    jar, clock = cookies()
    begun, response = BegunSignIn(pending=new_sign_in(), next_path="/#/models"), web.Response()
    jar.set_begun(request_with(), response, begun)
    state = begun.pending.state
    assert jar.begun(request_with(response), state) == begun
    assert jar.begun(request_with(response), state[:-1]) is None
    clock.now += PENDING_SECONDS + 1
    assert jar.begun(request_with(response), state) is None


def test_a_session_is_not_taken_for_a_sign_in_nor_one_sign_in_for_another() -> None:
    jar, _ = cookies()
    one, other, response = web.Response(), web.Response(), web.Response()
    first, second = (BegunSignIn(pending=new_sign_in(), next_path="/") for _ in range(2))
    jar.set_begun(request_with(), one, first)
    jar.set_begun(request_with(), other, second)
    [(_, sealed)] = one.cookies.items()
    [(name, _)] = other.cookies.items()
    response.set_cookie(name, sealed.value)
    assert jar.begun(request_with(response), second.pending.state) is None


def test_a_browser_keeps_few_sign_ins_that_were_not_finished() -> None:
    jar, _ = cookies()
    held: list[web.Response] = []
    for _ in range(MOST_PENDING + 1):
        response = web.Response()
        jar.set_begun(request_with(*held), response, BegunSignIn(pending=new_sign_in(), next_path="/"))
        held.append(response)
    assert len([morsel for morsel in held[-1].cookies.values() if not morsel.value]) == MOST_PENDING
