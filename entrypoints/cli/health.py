"""`modelbook health`."""

import asyncio
import time
from collections import Counter
from typing import Annotated, Any

import typer
import uvloop
from rich.progress import Progress

from application.end_tasks import end_tasks
from application.errors import ApplicationError
from application.health.check_provider import Checked
from application.health.health_monitor import MonitorHealth
from application.health.monitor_election import ProviderToCheck
from entrypoints.cli.output import clear_errors, print_json, say
from entrypoints.cli.progress_bars import progress_bars
from entrypoints.runtime import Runtime, prepared
from entrypoints.server_process import opened
from entrypoints.settings import WrongSettings, load_settings
from entrypoints.stop_signal import StopSignal, stop_signals, stopped

health = typer.Typer(no_args_is_help=True, help="Check providers.")


@health.callback()
def about() -> None:
    """Check providers."""


@health.command()
def run(
    once: Annotated[bool, typer.Option("--once", help="Check every enabled provider once, then end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Check the enabled providers of all organizations: every MODELBOOK_HEALTH_INTERVAL seconds, or once.

    One process at a time does this, on all hosts. `serve` does it too, unless MODELBOOK_HEALTH_INTERVAL is 0; another
    one waits until it may take over, and with --once it ends with an error instead. Ctrl-C ends it with a summary.
    """
    with clear_errors(as_json=as_json):
        settings = load_settings()
        if settings.health_interval == 0 and not once:
            raise WrongSettings(
                ["MODELBOOK_HEALTH_INTERVAL is 0, which turns checks off. Set it to seconds, or use --once."]
            )
        with stop_signals() as stop, prepared(settings, say) as runtime, progress_bars(quiet=as_json) as bars:
            summary = Summary(bars)
            uvloop.run(_run(runtime, summary, stop, once=once))
    if as_json:
        print_json(summary.document())
    else:
        summary.say()


async def _run(runtime: Runtime, summary: "Summary", stop: StopSignal, *, once: bool) -> None:
    """Work until there is nothing left to do or somebody stops it."""
    stopping = stopped(stop)
    async with opened(runtime) as container:
        command = MonitorHealth(interval_seconds=runtime.settings.health_interval)
        monitor, check_all = container.monitor_health(), container.check_all()
        work = check_all(observer=summary) if once else monitor(command, observer=summary)
        tasks = (asyncio.ensure_future(work), asyncio.ensure_future(stopping.wait()))
        ended, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await end_tasks(*others)
        for task in ended:
            task.result()


class Summary:
    """Implements `application.health.health_observer.HealthObserver`: moves the bar, prints changes, sums up."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bar = progress.add_task("Checking providers", total=0)
        self._started = time.monotonic()
        self._statuses: dict[ProviderToCheck, str] = {}
        self._counts: Counter[str] = Counter()
        self._changes: list[dict[str, Any]] = []

    def elected(self) -> None:
        say("This process is the health monitor.")

    def deposed(self, error: ApplicationError) -> None:
        say(f"This process is not the health monitor: {error.message}")

    def begun(self, count: int) -> None:
        self._progress.update(self._bar, total=(self._progress.tasks[self._bar].total or 0) + count)

    def checked(self, provider: ProviderToCheck, checked: Checked) -> None:
        self._count("checked")
        self._statuses[provider] = checked.after
        category = checked.report.outcome.category
        if checked.before != checked.after:
            self._changes.append(
                {
                    "organizationId": provider.organization_id,
                    "providerId": provider.provider_id,
                    "before": checked.before,
                    "after": checked.after,
                    "category": category,
                }
            )
            say(f"Provider {provider.provider_id}: {checked.before} -> {checked.after} ({category})")

    def passed_over(self, provider: ProviderToCheck) -> None:  # noqa: ARG002 - one is like another
        self._count("passedOver")

    def failed(self, provider: ProviderToCheck, error: BaseException) -> None:
        self._count("failed")
        reason = error.message if isinstance(error, ApplicationError) else repr(error)
        say(f"Provider {provider.provider_id} could not be checked: {reason}")

    def document(self) -> dict[str, Any]:
        """Return the summary; times in seconds."""
        return {
            **{name: self._counts[name] for name in ("checked", "passedOver", "failed")},
            "statuses": Counter(self._statuses.values()),
            "changes": self._changes,
            "seconds": round(time.monotonic() - self._started, 3),
        }

    def say(self) -> None:
        """Sum up in one line."""
        statuses = ", ".join(f"{count} {status}" for status, count in sorted(Counter(self._statuses.values()).items()))
        failed = f", {self._counts['failed']} could not be checked" if self._counts["failed"] else ""
        done = f"{self._counts['checked']} checks, {len(self._changes)} changes{failed}"
        typer.echo(f"{done}. {statuses or 'No provider'}.")

    def _count(self, name: str) -> None:
        self._counts[name] += 1
        self._progress.advance(self._bar)
