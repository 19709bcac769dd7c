import multiprocessing
import os
from collections import Counter
from collections.abc import Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from adapters.vault.keyring_file import KeyringFile, KeyringFileRefused


def test_without_a_file_there_is_no_keyring(tmp_path: Path) -> None:
    assert KeyringFile(tmp_path).read() is None


def test_a_new_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        KeyringFile(tmp_path / "data").read_or_create()
    finally:
        os.umask(previous)
    assert (tmp_path / "data" / "master-keys").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_second_look_finds_the_same_keyring(tmp_path: Path) -> None:
    made = KeyringFile(tmp_path).read_or_create()
    assert KeyringFile(tmp_path).read_or_create().reveal() == made.reveal()
    assert [path.name for path in tmp_path.iterdir()] == ["master-keys"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o700])
def test_a_file_with_wider_permissions_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    file = KeyringFile(tmp_path)
    file.read_or_create()
    file.path.chmod(mode)
    with pytest.raises(KeyringFileRefused, match=f"{mode:03o}.*chmod 600"):
        file.read_or_create()


def test_a_read_only_file_is_accepted(tmp_path: Path) -> None:
    file = KeyringFile(tmp_path)
    made = file.read_or_create()
    file.path.chmod(0o400)
    assert file.read_or_create().reveal() == made.reveal()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"k1:c2hvcnQ=", b"nonsense"])
def test_a_file_that_holds_no_keyring_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = KeyringFile(tmp_path)
    file.path.write_bytes(content)
    file.path.chmod(0o600)
    with pytest.raises(KeyringFileRefused, match="master-keys holds no usable keyring"):
        file.read_or_create()
    assert file.path.read_bytes() == content


def test_a_directory_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "master-keys").mkdir(mode=0o600)
    with pytest.raises(KeyringFileRefused, match="not a regular file"):
        KeyringFile(tmp_path).read()


def test_a_path_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "master-keys").symlink_to("master-keys")
    with pytest.raises(KeyringFileRefused, match="cannot be read"):
        KeyringFile(tmp_path).read()


def test_what_a_crash_left_behind_does_not_matter(tmp_path: Path) -> None:
    left_over = tmp_path / "master-keys.new"
    left_over.write_text("half a k")
    left_over.chmod(0o666)
    file = KeyringFile(tmp_path)
    made = file.read_or_create()
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert KeyringFile(tmp_path).read_or_create().reveal() == made.reveal()
    assert not left_over.exists()


def test_rotation_puts_a_new_key_in_front_and_keeps_the_old_one(tmp_path: Path) -> None:
    file = KeyringFile(tmp_path)
    before = file.read_or_create()
    after = file.rotate("k2")
    assert after.ids == ("k2", "k1")
    assert after.reveal().endswith(before.reveal())
    assert KeyringFile(tmp_path).read_or_create().reveal() == after.reveal()


def test_rotation_to_a_taken_id_changes_nothing(tmp_path: Path) -> None:
    file = KeyringFile(tmp_path)
    before = file.read_or_create()
    with pytest.raises(ValueError, match="'k1'"):
        file.rotate("k1")
    assert file.read_or_create().reveal() == before.reveal()


def _make(directories: Sequence[Path], barrier: Barrier, answers: "Queue[tuple[Path, str]]") -> None:
    for directory in directories:
        barrier.wait(30)
        answers.put((directory, KeyringFile(directory).read_or_create().reveal()))


def test_processes_that_start_at_once_end_with_one_keyring(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    directories = [tmp_path / str(attempt) for attempt in range(20)]
    barrier, answers = context.Barrier(4), context.Queue()
    processes = [context.Process(target=_make, args=(directories, barrier, answers)) for _ in range(4)]
    for process in processes:
        process.start()
    revealed = Counter(answers.get(timeout=30) for _ in processes for _ in directories)
    for process in processes:
        process.join(timeout=30)
    assert Counter(directory for directory, _ in revealed) == Counter(directories)
    assert set(revealed.values()) == {len(processes)}


def test_the_id_of_a_removed_key_is_not_given_again(tmp_path: Path) -> None:
    file = KeyringFile(tmp_path)
    file.read_or_create()
    for _ in range(2):
        file.rotate()
    for removed in ("k1", "k2"):
        file.remove(removed)
    assert file.rotate().ids == ("k4", "k3")
