import pytest

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from application.errors import EndpointRefused
from domain.provider.values import Endpoint
from tests.unit.egress.address_vectors import ACCEPTED, REFUSED_BASE_URLS, REFUSED_URLS


def checked(url: str, allow: str = "") -> Endpoint:
    return Egress(EgressAllowList.parse(allow)).checked(url)


def refusal(url: str, allow: str = "") -> str:
    with pytest.raises(EndpointRefused) as refused:
        checked(url, allow)
    assert refused.value.pointer == "/endpoint"
    return refused.value.message


def test_there_are_enough_vectors() -> None:
    assert len(REFUSED_URLS) >= 80


def test_a_url_that_leads_elsewhere_is_refused() -> None:
    for url in REFUSED_URLS + REFUSED_BASE_URLS:
        assert refusal(url).endswith("."), url


@pytest.mark.parametrize(("url", "normal", "origin"), ACCEPTED)
def test_a_public_url_gets_its_normal_form(url: str, normal: str, origin: str) -> None:
    assert checked(url) == Endpoint(url=normal, origin=origin)


@pytest.mark.parametrize(("url", "normal", "origin"), ACCEPTED)
def test_the_normal_form_is_its_own(url: str, normal: str, origin: str) -> None:
    assert checked(checked(url).url) == Endpoint(url=normal, origin=origin)


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        (
            "https://10.0.0.1/v1",
            "10.0.0.1 is a private address; use a public one, or have the operator add 10.0.0.1:443 to",
        ),
        ("https://[fd00::1]/", "have the operator add [fd00::1]:443 to MODELBOOK_EGRESS_ALLOW"),
        ("https://224.0.0.1/", "use the provider's public address"),
        ("http://api.openai.com/v1", "must begin with https://, or have the operator add api.openai.com:80 to"),
        ("https://api.openai.com:8443/v1", "port must be 443, or have the operator add api.openai.com:8443 to"),
        ("https://postgres", "postgres is a name inside a network"),
        ("https://user:hunter22@api.openai.com", "give the key on its own"),
        ("https://api.openai.com?key=hunter22", "has no query"),
        ("https://127.1", "four decimal numbers"),
    ],
)
def test_a_refusal_says_what_to_do_and_never_quotes_a_secret(url: str, advice: str) -> None:
    message = refusal(url)
    assert advice in message
    assert "hunter22" not in message


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("127.0.0.1:8090", "http://127.0.0.1:8090/v1"),
        ("127.0.0.1:8090", "https://127.0.0.1:8090/v1"),
        ("127.0.0.1:8090", "http://[::ffff:127.0.0.1]:8090/v1"),
        ("10.0.0.0/8", "https://10.200.3.4"),
        ("10.0.0.0/8:*", "http://10.200.3.4:8000"),
        ("[::1]:8090", "http://[::1]:8090"),
        ("[fd00::/8]", "https://[fd12::1]"),
        ("localhost:11434", "http://LocalHost.:11434/v1"),
        ("*.corp.example:*", "http://vllm.gpu.corp.example:8000"),
        ("vllm:8000, postgres", "http://vllm:8000"),
        ("api.example.com:8443", "https://api.example.com:8443"),
        ("169.254.169.254:80", "http://169.254.169.254"),
    ],
)
def test_what_the_operator_opened_may_be_called(allow: str, url: str) -> None:
    assert checked(url, allow).url


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("127.0.0.1:8090", "http://127.0.0.1:8091"),
        ("127.0.0.1:8090", "http://127.0.0.2:8090"),
        ("127.0.0.1:8090", "http://localhost:8090"),
        ("10.0.0.0/8", "http://10.0.0.1:8000"),
        ("10.0.0.0/8", "http://10.0.0.1"),
        ("10.0.0.0/8:8000", "http://vllm.example.com:8000"),
        ("localhost:11434", "http://127.0.0.1:11434"),
        ("*.corp.example:*", "http://corp.example:8000"),
        ("*.corp.example:*", "http://evilcorp.example:8000"),
        ("corp.example:*", "http://a.corp.example:8000"),
        ("169.254.0.0/16:*", "http://169.254.169.254"),
        ("[fd00::/8]:*", "http://[fd00:ec2::254]"),
        ("100.64.0.0/10:*", "http://100.100.100.200"),
        ("0.0.0.0:*", "http://0.0.0.0"),
        ("[::]:*", "http://[::]"),
        ("[2002::/16]:*", "http://[2002:7f00:1::]"),
        ("224.0.0.1:*", "http://224.0.0.1"),
        ("127.0.0.1:*", "http://127.1"),
        ("127.0.0.1:*", "https://user@127.0.0.1"),
        ("127.0.0.1:*", "ftp://127.0.0.1"),
        ("[::1]:*", "http://[::1%25lo]"),
        ("10.0.0.0/8:*", "http://[64:ff9b::10.0.0.1]"),
    ],
)
def test_what_the_operator_did_not_open_stays_closed(allow: str, url: str) -> None:
    refusal(url, allow)
