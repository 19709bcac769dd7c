import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.egress.allow_list import EgressAllowList


@pytest.mark.parametrize("text", ["", "  ", ",", " , ,"])
def test_an_empty_list_is_allowed(text: str) -> None:
    assert EgressAllowList.parse(text) is not None


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("::1", r"\[IPv6 address\]:port"),
        ("::1:8090", r"\[IPv6 address\]:port"),
        ("fd00::/8", r"\[IPv6 address\]:port"),
        ("[::1]8090", r"\[IPv6 address\]:port"),
        ("host:", "write host"),
        ("host:http", "write host"),
        ("http://host", "write host"),
        ("user@host", "cannot contain '@'"),
        ("host:0", "1 to 65535"),
        ("host:65536", "1 to 65535"),
        ("10.0.0.1/8:443", "host bits"),
        ("10.0.0.0/33", "does not appear to be"),
        ("127.1", "does not appear to be"),
        ("0x7f.0.0.1", "four decimal numbers"),
        ("2130706433", "host bits|does not appear|four decimal"),
        ("[10.0.0.0/8]", "only IPv6"),
        ("[fe80::1%eth0]", "zone"),
        ("0.0.0.0/0", "at least /8"),
        ("0.0.0.0/0:*", "at least /8"),
        ("[::/0]:*", "at least /7"),
        ("*", "not a valid host name"),
        ("*:443", "not a valid host name"),
        ("*.*.example", "cannot contain|not a valid host name"),
        ("a.*.example", "cannot contain|not a valid host name"),
        ("*example.com", "cannot contain|not a valid host name"),
        ("a b", "cannot contain"),
        ("-a", "not a valid host name"),
        ("a..b", "not a valid host name"),
    ],
)
def test_a_bad_entry_is_quoted_with_the_reason(entry: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        EgressAllowList.parse(f"localhost:11434, {entry}")
    assert repr(entry) in str(refused.value)


def reading(text: str) -> str:
    try:
        EgressAllowList.parse(text)
    except ValueError as refused:
        return str(refused)
    return "read"


@given(st.text(alphabet="0123456789abcdef.:/*[],%-x ", max_size=30))
def test_any_text_is_either_read_or_refused_with_its_reason(text: str) -> None:
    assert reading(text).startswith(("read", "The egress allow list has the entry"))
