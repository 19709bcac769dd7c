"""What a container platform tells every container of the services beside it is no setting of ours."""

import pytest

from entrypoints.settings import load_settings

KUBERNETES = {
    "SERVICE_HOST": "10.0.0.1",
    "SERVICE_PORT": "8080",
    "SERVICE_PORT_HTTP": "8080",
    "SERVICE_PORT_DATABASE_URL": "8081",
    "PORT": "tcp://10.0.0.1:8080",
    "PORT_8080_TCP": "tcp://10.0.0.1:8080",
    "PORT_8080_TCP_PROTO": "tcp",
    "PORT_8080_TCP_PORT": "8080",
    "PORT_8080_TCP_ADDR": "10.0.0.1",
    "PORT_53_UDP": "udp://10.0.0.1:53",
}
DOCKER = {"NAME": "/web/modelbook", "ENV_PATH": "/usr/bin", "ENV_MODELBOOK_PORT": "8080"}


@pytest.mark.parametrize("service", ["MODELBOOK_", "MODELBOOK_WEB_", "MODELBOOK_ADMIN_DATABASE_"])
def test_it_is_ignored(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    for name, value in (KUBERNETES | DOCKER).items():
        monkeypatch.setenv(f"{service}{name}", value)
    monkeypatch.setenv("MODELBOOK_HOST", "::1")
    settings = load_settings()
    assert (settings.host, settings.port) == ("::1", 8080)
    assert load_settings(port=9000).port == 9000


def test_an_ipv6_address_is_ignored_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELBOOK_PORT", "tcp://[fd00::1]:8080")
    assert load_settings().port == 8080
