"""From the command to the first answer, with the embedded Postgres and all."""

import tempfile
from pathlib import Path

from benchmarks.environment import Database, service
from benchmarks.report import Report


def measure_starting(_: Database, report: Report) -> None:
    """Measure the first start in an empty folder, which makes and migrates the database, and the one after it."""
    with tempfile.TemporaryDirectory(prefix="ml", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)
        directory.chmod(0o755)
        data = Database("", "", "", directory / "data")
        for start in ("first start, in an empty folder", "start, embedded and migrated"):
            with service(data) as running:
                report.add(start, running.seconds_to_ready, "s")
                report.add(f"{start}: memory of the process", running.resident_megabytes, "MB")
