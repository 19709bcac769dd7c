"""Where checkpoints and their signing key are stored."""

from collections.abc import Callable
from pathlib import Path

from entrypoints.auditing.container import signing_key
from entrypoints.settings import Settings, WrongSettings


def checkpoint_key(settings: Settings, say: Callable[[str], None]) -> Path | None:
    """Return the file of the key, checked; with the embedded database it is made the first time. None: there is none.

    Raises:
        WrongSettings: the file that is named holds no such key.
    """
    path = settings.checkpoint_key
    if path is None and settings.is_embedded:
        path = settings.data_dir / "checkpoint-key"
    if path is None:
        return None
    is_new = not path.exists()
    try:
        key = signing_key(path.resolve(), create=settings.checkpoint_key is None)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise WrongSettings(
            [f"MODELBOOK_CHECKPOINT_KEY ({path}) cannot be used: {reason}. `modelbook audit new-key` makes a key."]
        ) from None
    if is_new:
        say(f"Checkpoints of the log are signed with the key in {path.resolve()} (key id {key.key_id}).")
    return path.resolve()


def checkpoint_sink(settings: Settings) -> Path:
    """Return where checkpoints are appended.

    Raises:
        WrongSettings: no sink is set for an external database, though there is a key to sign checkpoints.
    """
    if settings.checkpoint_sink is None and settings.checkpoint_key is not None and not settings.is_embedded:
        raise WrongSettings(["MODELBOOK_CHECKPOINT_SINK is missing. Set it to a folder for the checkpoints."])
    return (settings.checkpoint_sink or settings.data_dir / "checkpoints").resolve()
