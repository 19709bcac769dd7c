"""The rows of `organizations`, each of which the organization's first write has made."""

from typing import Final

from application.projections.projection import Projection, copied

ORGANIZATIONS: Final = Projection(
    table="organizations",
    changed={
        "organization.registered": copied("name"),
        "organization.renamed": copied("name"),
        "organization.limits-changed": copied("quotas"),
        "organization.budget-changed": copied("budget_usd", "budget_period"),
        "organization.budget-threshold-reached": copied(),
        "organization.restored": copied(),
    },
    removed=frozenset({"organization.removed"}),
    has_revision=False,
)
