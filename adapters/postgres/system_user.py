"""The system user that runs the embedded Postgres server, which refuses to run as root."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from application.errors import Unavailable

_NAME: Final = "embedded_postgres"


@dataclass(frozen=True, slots=True)
class SystemUser:
    """A user other than root, as whom root starts processes."""

    user: int
    group: int

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that make `subprocess` start a process as this user."""
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make the user the owner of a file or folder, never of what a link leads to."""
        os.chown(path, self.user, self.group, follow_symlinks=False)

    def may_reach(self, path: Path) -> None:
        """Allow the user to traverse the parent folders, without being able to list them."""
        for folder in path.resolve().parents:
            mode = stat.S_IMODE(folder.stat().st_mode)
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)


def system_user_for(data: Path) -> SystemUser | None:
    """Return the user for the data folder: its owner, or a dedicated user. None if this process is not root.

    Raises:
        Unavailable: the user does not exist and cannot be created.
    """
    if os.geteuid() != 0:
        return None
    owner = data.stat()
    if owner.st_uid != 0:
        return SystemUser(owner.st_uid, owner.st_gid)
    entry = _entry() or _made()
    return SystemUser(entry.pw_uid, entry.pw_gid)


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        return None


def _made() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--shell", "/bin/sh", _NAME]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - nothing in it comes from outside
    except (OSError, subprocess.CalledProcessError) as error:
        entry = _entry()  # Somebody else may have been faster.
        if entry is None:
            message = f"Postgres cannot be run by root: start Modelbook as another user, or make the user {_NAME}."
            raise Unavailable(message) from error
        return entry
    return pwd.getpwnam(_NAME)
