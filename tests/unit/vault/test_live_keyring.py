import logging
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.vault.envelope import Envelope
from adapters.vault.keyring import Keyring
from adapters.vault.keyring_file import KeyringFile
from adapters.vault.live_keyring import LiveKeyring, held_keyring
from application.ports.vault import KeyBinding

BINDING = KeyBinding(organization_id=uuid4(), provider_id=uuid4(), version=1, origin="https://api.example.com:443")


def test_a_key_that_is_added_is_known_and_used_at_once(tmp_path: Path) -> None:
    file = KeyringFile(tmp_path)
    keyring = LiveKeyring(file)
    envelope = Envelope(keyring)
    before = envelope.seal("sk-before", BINDING)
    KeyringFile(tmp_path).rotate()
    assert keyring.ids == ("k2", "k1")
    assert envelope.seal("sk-after", BINDING).master_key_id == keyring.active_id == "k2"
    assert envelope.open(before) == "sk-before"
    assert envelope.rewrap(before).master_key_id == "k2"


def test_what_another_process_wraps_under_a_new_key_can_be_opened(tmp_path: Path) -> None:
    envelope = Envelope(LiveKeyring(KeyringFile(tmp_path)))
    other = KeyringFile(tmp_path).rotate()
    assert envelope.open(Envelope(other).seal("sk-other", BINDING)) == "sk-other"


@pytest.mark.parametrize("spoil", ["chmod", "remove", "nonsense"])
def test_while_the_file_cannot_be_used_its_keys_stay(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: str
) -> None:
    file = KeyringFile(tmp_path)
    keyring = LiveKeyring(file)
    KeyringFile(tmp_path).rotate()
    if spoil == "chmod":
        file.path.chmod(0o644)
    elif spoil == "remove":
        file.path.unlink()
    else:
        file.path.write_text("nonsense")
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert keyring.ids == ("k1",)
    assert bool(caplog.records) is (spoil != "remove")
    assert "nonsense" not in caplog.text


def test_a_keyring_in_text_is_held_as_it_is(tmp_path: Path) -> None:
    text = Keyring.generate("given").reveal()
    assert held_keyring(text, None).ids == ("given",)
    assert held_keyring(text, tmp_path).ids == ("k1",)


def test_a_new_key_without_an_id_gets_the_next_one(tmp_path: Path) -> None:
    file = KeyringFile(tmp_path)
    assert file.rotate().ids == ("k1",)
    assert file.rotate("k3").ids == ("k3", "k1")
    assert file.rotate().ids == ("k4", "k3", "k1")


def test_a_key_that_is_not_active_can_be_removed(tmp_path: Path) -> None:
    file = KeyringFile(tmp_path)
    file.read_or_create()
    file.rotate()
    with pytest.raises(ValueError, match="'k2' is the active key"):
        file.remove("k2")
    with pytest.raises(ValueError, match="no key with the id 'k9'; it has k2, k1"):
        file.remove("k9")
    assert file.remove("k1").ids == ("k2",)
    assert KeyringFile(tmp_path).read_or_create().ids == ("k2",)
