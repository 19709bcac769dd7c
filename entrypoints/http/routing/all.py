"""All routes of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrypoints.http.routing.administration import administration_routes
from entrypoints.http.routing.audit import audit_routes
from entrypoints.http.routing.discovery import discovery_routes
from entrypoints.http.routing.feed import feed_routes
from entrypoints.http.routing.models import model_routes
from entrypoints.http.routing.platform import platform_routes
from entrypoints.http.routing.prompts import door_routes, prompt_routes
from entrypoints.http.routing.proof import proof_routes
from entrypoints.http.routing.provider_types import provider_type_routes
from entrypoints.http.routing.providers import provider_routes

if TYPE_CHECKING:
    from entrypoints.http.routes import Route
    from entrypoints.http.views.administration import AdministrationViews
    from entrypoints.http.views.audit import AuditViews
    from entrypoints.http.views.bulk import BulkViews
    from entrypoints.http.views.compatible_models import CompatibleModelViews
    from entrypoints.http.views.discovery import DiscoveryViews
    from entrypoints.http.views.doors import DoorViews
    from entrypoints.http.views.embeddings import EmbeddingViews
    from entrypoints.http.views.feed import FeedViews
    from entrypoints.http.views.models import ModelViews
    from entrypoints.http.views.organizations import OrganizationViews
    from entrypoints.http.views.prompts import PromptViews
    from entrypoints.http.views.proof import ProofViews
    from entrypoints.http.views.provider_types import ProviderTypeViews
    from entrypoints.http.views.providers import ProviderViews
    from entrypoints.http.views.usage import UsageViews


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """All views there are."""

    provider_types: ProviderTypeViews
    providers: ProviderViews
    models: ModelViews
    bulk: BulkViews
    discovery: DiscoveryViews
    prompts: PromptViews
    doors: DoorViews
    embeddings: EmbeddingViews
    compatible_models: CompatibleModelViews
    usage: UsageViews
    audit: AuditViews
    proof: ProofViews
    feed: FeedViews
    organizations: OrganizationViews
    administration: AdministrationViews

    def routes(self) -> list[Route]:
        """Return the record of every route."""
        return [
            *provider_type_routes(self.provider_types),
            *provider_routes(self.providers),
            *discovery_routes(self.discovery),
            *model_routes(self.models, self.bulk),
            *prompt_routes(self.prompts, self.embeddings, self.usage),
            *door_routes(self.doors, self.embeddings, self.compatible_models),
            *audit_routes(self.audit),
            *proof_routes(self.proof),
            *feed_routes(self.feed),
            *platform_routes(self.organizations),
            *administration_routes(self.administration),
        ]
