"""What is known of services is what the provider types say about them."""

from adapters.providers.openai_compatible.adapter import OpenAICompatible
from adapters.providers.provider_gateway import Gateway
from application.declaration.known_services import SERVICES
from application.declaration.litellm.provider_accounts import SERVERS
from tests.fakes.outbound_http import FakeOutbound


def test_types_presets_and_endpoints_are_those_of_the_adapters() -> None:
    types = {each.name for each in Gateway(FakeOutbound()).types()}
    presets = {preset.name: preset for preset in OpenAICompatible.type.presets}
    for service in (*SERVICES.values(), *SERVERS.values()):
        assert service.provider_type in types
        name = service.settings.get("preset")
        if name is not None and not service.has_own_address:
            assert (service.endpoint, service.settings) == (presets[name].endpoint, presets[name].settings)
        elif name is not None:
            assert name in presets
