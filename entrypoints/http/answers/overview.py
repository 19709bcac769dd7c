"""Answers that show an organization at a glance."""

from entrypoints.http.answers.access_keys import AccessKey
from entrypoints.http.answers.audit import LoggedEvent
from entrypoints.http.answers.budgets import OrganizationBudget
from entrypoints.http.answers.models import Model
from entrypoints.http.answers.providers import Provider
from entrypoints.http.answers.response_model import ResponseModel
from entrypoints.http.answers.usage import UsageReport


class FirstProviders(ResponseModel):
    """How many providers there are of this kind, and the first of them by name."""

    total: int
    data: list[Provider]


class FirstModels(ResponseModel):
    """How many enabled models there are, and those of a known end that retire next."""

    total: int
    data: list[Model]


class FirstAccessKeys(ResponseModel):
    """How many access keys there are, and those whose budgets are nearest to their end."""

    total: int
    data: list[AccessKey]


class Overview(ResponseModel):
    """What happened this month (UTC), what needs attention, and what changed last, newest first.

    Unhealthy and degraded providers are those that are enabled.
    """

    usage: UsageReport
    budget: OrganizationBudget
    providers: FirstProviders
    unhealthy_providers: FirstProviders
    degraded_providers: FirstProviders
    models: FirstModels
    keys: FirstAccessKeys
    events: list[LoggedEvent]
