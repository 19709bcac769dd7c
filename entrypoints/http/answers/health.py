"""Schemas of liveness and readiness reports."""

from typing import Annotated, Literal

from pydantic import Field

from entrypoints.http.answers.response_model import ResponseModel


class Liveness(ResponseModel):
    """That the process is alive."""

    status: Literal["alive"]


class ReadinessReport(ResponseModel):
    """Whether the process can do its work: how each thing it depends on was found, `ok` or what is wrong with it.

    One that is about to stop looks at nothing any more. `warnings` are of what is wrong but stops nobody from working;
    they are left out where there are none.
    """

    status: Literal["ready", "not ready", "stopping"]
    checks: Annotated[dict[str, str], Field(examples=[{"database": "ok"}])]
    warnings: dict[str, str] | None = None
