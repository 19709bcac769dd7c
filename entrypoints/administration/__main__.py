"""The process of one job. It reads its order from standard input and writes its outcome to the job's row."""

import json
import sys
import time
from uuid import UUID

import uvloop
from structlog.typing import FilteringBoundLogger

from application.errors import ApplicationError
from entrypoints.administration.admin_access import AdminAccess, administering, until_stopped
from entrypoints.administration.run_job import once_reachable, run_job
from entrypoints.logs import build_logger, end_logged, every_log
from entrypoints.settings import Settings
from entrypoints.stop_signal import StopSignal, stop_signals


def main() -> None:
    """Carry out the job."""
    with stop_signals() as stop:
        order = json.load(sys.stdin)
        settings = Settings()
        logger = build_logger(level=settings.log_level, log_format=settings.log_format)
        with every_log(logger), end_logged(logger):
            uvloop.run(_run(UUID(order["job"]), AdminAccess.from_document(order["access"]), stop, logger))


async def _run(job_id: UUID, access: AdminAccess, stop: StopSignal, logger: FilteringBoundLogger) -> None:
    started = time.monotonic()
    async with administering(access) as administration:
        try:
            job = await until_stopped(once_reachable(lambda: administration.jobs().get(job_id)), stop)
        except ApplicationError as error:
            logger.warning("job not started", job=str(job_id), reason=error.message)
            return
        facts = {
            "job": str(job.id),
            "kind": job.order.kind,
            "projection": job.order.subject,
            "organization": None if job.order.organization_id is None else str(job.order.organization_id),
            "actor": job.order.requested_by,
            "request_id": job.order.correlation_id,
            "reason": job.order.reason,
        }
        logger.info("job started", **facts)
        code = None
        try:
            await until_stopped(run_job(job, administration), stop)
        except ApplicationError as error:
            code = error.code
        logger.info("job ended", **facts, error=code, seconds=round(time.monotonic() - started, 1))


main()
