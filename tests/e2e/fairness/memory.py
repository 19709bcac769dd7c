"""The highest memory of a process, as Linux keeps it."""

from pathlib import Path


def highest_memory(pid: int) -> int:
    """Return the highest resident memory in bytes since the start, or since it was forgotten."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise LookupError(pid)


def forget_highest_memory(pid: int) -> None:
    """Count again from what it has now (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")
