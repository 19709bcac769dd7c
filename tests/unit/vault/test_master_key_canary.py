import pytest

from adapters.vault.envelope import Envelope
from adapters.vault.keyring import Keyring
from adapters.vault.master_key_canary import WrongKeyring

OLD = Keyring.generate("old")
NEW = Keyring.generate("new")
BOTH = OLD.led_by(NEW)


def test_its_own_canaries_are_accepted() -> None:
    envelope = Envelope(BOTH)
    stored = envelope.canary()
    assert set(stored) == {"old", "new"}
    envelope.check_canary(stored, in_use=["old", "new"])


def test_an_empty_store_accepts_any_keyring() -> None:
    Envelope(OLD).check_canary({})


def test_a_key_that_was_added_needs_no_canary_yet() -> None:
    Envelope(BOTH).check_canary(Envelope(OLD).canary(), in_use=["old"])


def test_a_key_that_was_rotated_out_may_be_missing() -> None:
    Envelope(NEW).check_canary(Envelope(BOTH).canary(), in_use=["new"])


def test_a_key_still_in_use_may_not_be_missing() -> None:
    with pytest.raises(WrongKeyring, match=r"not given \(old\)"):
        Envelope(NEW).check_canary(Envelope(BOTH).canary(), in_use=["old", "new"])


def test_a_foreign_keyring_is_refused() -> None:
    with pytest.raises(WrongKeyring, match=r"\(new\).*\(old\)"):
        Envelope(NEW).check_canary(Envelope(OLD).canary())


def test_another_key_under_the_same_id_is_refused() -> None:
    with pytest.raises(WrongKeyring, match="'old' is not the one"):
        Envelope(Keyring.generate("old")).check_canary(Envelope(OLD).canary())


def test_one_right_key_does_not_excuse_a_wrong_one() -> None:
    with pytest.raises(WrongKeyring, match="'old' is not the one"):
        Envelope(Keyring.generate("old").led_by(NEW)).check_canary(Envelope(BOTH).canary())


@pytest.mark.parametrize("length", [0, 5, 12, 27, 40])
def test_a_cut_canary_is_refused(length: int) -> None:
    cut = {"old": Envelope(OLD).canary()["old"][:length]}
    with pytest.raises(WrongKeyring):
        Envelope(OLD).check_canary(cut)


def test_a_canary_of_one_id_does_not_pass_for_another() -> None:
    _, encoded = OLD.reveal().split(":")
    renamed = Keyring.parse(f"renamed:{encoded}")
    with pytest.raises(WrongKeyring):
        Envelope(renamed).check_canary({"renamed": Envelope(OLD).canary()["old"]})
