import base64
import copy
import pickle
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.vault.keyring import Keyring

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()

key_ids = st.from_regex(r"[A-Za-z0-9._-]{1,40}", fullmatch=True)
keyrings = st.dictionaries(key_ids, st.binary(min_size=32, max_size=32), min_size=1, max_size=5).filter(
    lambda keys: len(set(keys.values())) == len(keys)
)


def test_the_first_key_is_active() -> None:
    keyring = Keyring.parse(f"2026-11:{KEY},2026-05:{OTHER_KEY}")
    assert keyring.active_id == "2026-11"
    assert keyring.ids == ("2026-11", "2026-05")


def test_blanks_around_entries_do_not_matter() -> None:
    assert Keyring.parse(f" a:{KEY} ,\n b:{OTHER_KEY}\n").ids == ("a", "b")


@given(keyrings)
def test_what_is_revealed_reads_back(keys: dict[str, bytes]) -> None:
    keyring = Keyring(keys)
    assert Keyring.parse(keyring.reveal()).reveal() == keyring.reveal()
    assert keyring.ids == tuple(keys)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "empty"),
        (" \n", "empty"),
        (KEY, "Entry 1 .* no colon"),
        (f"a:{KEY},", "Entry 2 .* no colon"),
        (f"a:{KEY},{OTHER_KEY}", "Entry 2 .* no colon"),
        (f":{KEY}", "id of entry 1"),
        (f"an id:{KEY}", "id of entry 1"),
        (f"{'x' * 41}:{KEY}", "1 to 40"),
        (f"ключ:{KEY}", "id of entry 1"),
        (f"a:{KEY},b:{OTHER_KEY[:-1]}", "entry 2 .* not base64"),
        (f"a:{KEY[:-4]}!!!=", "entry 1 .* not base64"),
        ("a:é", "entry 1 .* not base64"),
        (f"a:{base64.b64encode(bytes(16)).decode()}", "16 bytes; a master key has 32"),
        (f"a:{base64.b64encode(bytes(33)).decode()}", "33 bytes"),
        (f"a:{KEY},a:{OTHER_KEY}", "Entry 2 .* repeats the id 'a'"),
        (f"a:{KEY},b:{KEY}", "same key"),
    ],
)
def test_a_faulty_keyring_is_refused_with_the_reason_and_without_the_keys(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as refusal:
        Keyring.parse(text)
    assert KEY[:8] not in str(refusal.value)
    assert OTHER_KEY[:8] not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


def test_a_key_and_its_id_in_the_wrong_order_are_refused_without_showing_the_key() -> None:
    short_key = "c2hvcnQtc2VjcmV0LWtleQ"
    with pytest.raises(ValueError, match="entry 1") as refusal:
        Keyring.parse(f"{short_key}:k1")
    assert short_key not in str(refusal.value)


def test_generated_keys_differ() -> None:
    assert Keyring.generate("a").reveal() != Keyring.generate("a").reveal()
    assert Keyring.parse(Keyring.generate("a").reveal()).ids == ("a",)


def test_a_newer_keyring_leads() -> None:
    older, newer = Keyring.parse(f"a:{KEY}"), Keyring.parse(f"b:{OTHER_KEY}")
    assert older.led_by(newer).reveal() == f"b:{OTHER_KEY},a:{KEY}"


def test_an_id_is_not_given_twice() -> None:
    with pytest.raises(ValueError, match="'a'"):
        Keyring.generate("a").led_by(Keyring.generate("a"))


def test_its_text_shows_ids_and_no_keys() -> None:
    key = secrets.token_bytes(32)
    keyring = Keyring({"a": key})
    for shown in (repr(keyring), str(keyring), f"{keyring}"):
        assert "'a'" in shown
        assert base64.b64encode(key).decode() not in shown
        assert repr(key) not in shown


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_is_neither_pickled_nor_copied(duplicate: type) -> None:
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        duplicate(Keyring.generate("a"))
