"""A service whose only way out is a proxy."""

from uuid import uuid4

import aiohttp
import pytest

from entrypoints.http.authorization import Role
from tests.databases import Database
from tests.e2e.api_client import MODELS, Api, a_token, path_of
from tests.e2e.background_loop import Background
from tests.e2e.running_service import service_on
from tests.http_proxy import forward_proxy


async def test_tests_lists_and_prompts_use_it_and_its_refusals_are_reported_as_such(
    database: Database, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    with Background() as background:
        proxy = background.enter(forward_proxy(0, authorization="Basic bWU6cHctb2YtdGhlLXByb3h5"))
        with service_on(database, egress_proxy=f"http://me:pw-of-the-proxy@127.0.0.1:{proxy.port}") as service:
            sandbox = service.sandbox
            proxy.port_behind = int(sandbox.url.rpartition(":")[2])
            organization_id = uuid4()
            api = Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN))
            provider = await api.provider(endpoint=sandbox.endpoint("openai"), apiKey=sandbox.key("openai"))
            assert (await api.post(f"{path_of(provider)}/test")).document["status"] == "healthy"
            assert (await api.get(f"{path_of(provider)}/models"))["data"]
            model = (await api.post(MODELS, {"providerId": provider["id"], "modelId": "chat-latest"})).document
            asked = {"model": model["id"], "messages": [{"role": "user", "content": "Hi"}]}
            assert (await api.post("/v1/chat/completions", asked)).status == 200
            assert "data: [DONE]" in (await api.post("/v1/chat/completions", asked | {"stream": True})).text
            assert [line.split(" ")[0] for line in proxy.asked] == ["GET", "GET", "POST", "POST"]
            proxy.authorization = "another password"
            report = (await api.post(f"{path_of(provider)}/test")).document
            public = await api.provider()
            unlet = (await api.post(f"{path_of(public)}/test")).document
            assert (report["category"], unlet["category"]) == ("unreachable", "unreachable")
            for found in (report, unlet):
                assert "outbound proxy of this service refuses its credentials (407)" in found["message"]
                assert "operator" in found["hint"]
            assert proxy.asked[-1] == "CONNECT api.openai.com:443 HTTP/1.1"
            assert "pw-of-the-proxy" not in caplog.text
