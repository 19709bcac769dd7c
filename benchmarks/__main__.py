"""`make bench`, or `python -m benchmarks [NAME ...]`."""

import sys
from collections.abc import Callable
from typing import Final

from benchmarks.append import measure_append
from benchmarks.chaining import measure_chaining
from benchmarks.creating import measure_creating
from benchmarks.discovering import measure_checks, measure_discovery
from benchmarks.environment import Database, database
from benchmarks.fairness import measure_fairness, measure_unbounded_fairness
from benchmarks.first_view import measure_first_view
from benchmarks.listing import measure_listing
from benchmarks.looking_back import measure_looking_back
from benchmarks.navigating import measure_navigating
from benchmarks.prompting import measure_prompts
from benchmarks.proving import measure_checkpoints, measure_verifying
from benchmarks.rebuilding import measure_rebuilding
from benchmarks.registered_models import measure_registered_models
from benchmarks.report import Report
from benchmarks.restarts import measure_restarts
from benchmarks.rotating import measure_rotating
from benchmarks.soak.soak import measure_soak
from benchmarks.starting import measure_starting
from benchmarks.streaming import measure_streams
from benchmarks.using_console import measure_using_console
from benchmarks.webhooks import measure_webhooks

BENCHMARKS: Final[dict[str, Callable[[Database, Report], None]]] = {
    "start": measure_starting,
    "append": measure_append,
    "chain": measure_chaining,
    "create": measure_creating,
    "list": measure_listing,
    "past": measure_looking_back,
    "prompts": measure_prompts,
    "streams": measure_streams,
    "models": measure_registered_models,
    "discovery": measure_discovery,
    "checks": measure_checks,
    "checkpoints": measure_checkpoints,
    "verify": measure_verifying,
    "rebuild": measure_rebuilding,
    "rotate": measure_rotating,
    "webhooks": measure_webhooks,
    "restarts": measure_restarts,
    "first-view": measure_first_view,
    "navigations": measure_navigating,
    "console": measure_using_console,
    "fairness": measure_fairness,
    "fairness-unbounded": measure_unbounded_fairness,
    "soak": measure_soak,
}
# Half an hour of it is `make soak`.
_NOT_UNNAMED: Final = {"soak"}


def main() -> None:
    """Run the named benchmarks, all but the soak when none is named, each on a database of its own."""
    names = sys.argv[1:] or [name for name in BENCHMARKS if name not in _NOT_UNNAMED]
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.")
    has_failed = False
    for name in names:
        report = Report(name)
        with database() as data:
            BENCHMARKS[name](data, report)
        report.print()
        has_failed |= report.has_failed
    sys.exit(1 if has_failed else 0)


main()
