"""From an empty organization to an answer, and back in time."""

import asyncio
import json

import pytest

from tests.browser.console import Console, Consoles
from tests.browser.database_superuser import edit_an_event, write_checkpoint
from tests.browser.page_checks import faults_of
from tests.e2e.api_client import Api
from tests.e2e.running_service import RunningService

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_from_an_empty_organization_to_an_answer(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        await console.go("/overview")
        await console.page.get_by_role("listitem").get_by_role("link", name="Add a provider").click()
        await console.page.get_by_text("There is no provider yet").wait_for()
        await _add_provider(
            console, consoles.service.sandbox.endpoint("openai"), consoles.service.sandbox.key("openai")
        )
        await _import_a_model(console)
        await _run_a_prompt(console)
        await _see_what_it_cost(console, consoles.api)
        await _take_a_change_back(console)
        await _read_the_audit_trail(console)
        await _prove_the_log(console, consoles.service)
        await _notice_that_an_event_was_changed(console, consoles.service)
    assert all(address.startswith((console.api.url, "data:")) for address in console.watched.addresses)


async def _add_provider(console: Console, endpoint: str, key: str) -> None:
    await console.button("Add a provider").first.click()
    dialog = console.dialog
    await dialog.get_by_label("Type").select_option("openai")
    await dialog.get_by_label("Name").fill("Our account")
    await dialog.get_by_label("Endpoint").fill(endpoint)
    await dialog.get_by_label("Key").fill("sk-wrong")
    await console.button("Test connection").click()
    await dialog.locator(".report.unhealthy").wait_for()
    await dialog.get_by_label("Key").fill(key)
    await console.button("Test connection").click()
    await dialog.locator(".report.healthy").wait_for()
    await dialog.get_by_label("Extra headers").fill("X-Team: search\n\nX-Gateway:  a: b ")
    await console.button("Add the provider").click()
    await console.message("Our account was added.")
    (provider,) = await console.api.rows("/api/ai/providers")
    assert (provider["name"], provider["providerType"]) == ("Our account", "openai")
    assert provider["extraHeaders"] == ["X-Team", "X-Gateway"]


async def _import_a_model(console: Console) -> None:
    page = console.page
    await page.get_by_role("link", name="Discover").click()
    await console.button("Discover").click()
    await page.get_by_text("1 of 1 have answered").wait_for()
    await page.get_by_label("Search the offers").fill("gpt-4.1-mini")
    await page.get_by_label("Select GPT-4.1 mini, gpt-4.1-mini", exact=True).check()
    await console.button("Import and enable").click()
    await console.message("1 model was imported and enabled.")
    (model,) = await console.api.rows("/api/ai/models")
    assert (model["modelId"], model["isEnabled"]) == ("gpt-4.1-mini", True)


async def _run_a_prompt(console: Console) -> None:
    page = console.page
    await page.get_by_role("link", name="Playground").click()
    await page.get_by_role("textbox", name="Prompt", exact=True).fill("Say hello")
    await console.button("Run the prompt").click()
    answer = page.get_by_role("region", name="Best match")
    await answer.get_by_text("Finished").wait_for()
    assert "Say hello" in await answer.locator(".answer").inner_text()
    await answer.get_by_text("Details").click()
    shown = await answer.locator(".facts").inner_text()
    assert "GPT-4.1 mini" in shown
    assert "$0.0000" in shown


async def _see_what_it_cost(console: Console, api: Api) -> None:
    # What was used is written down about a second after it was.
    while not (await api.get("/api/ai/usage"))["data"]:  # noqa: ASYNC110 - it is another thread that writes
        await asyncio.sleep(0.1)
    await console.page.get_by_role("link", name="Usage").click()
    row = console.page.locator("tbody tr", has_text="gpt-4.1-mini")
    assert "$0.0000" in await row.inner_text()
    await console.page.locator(".chart canvas").wait_for()
    await console.page.get_by_role("link", name="Overview").click()
    await console.page.get_by_role("listitem").filter(has_text="Calls this month").get_by_text("1 today").wait_for()


async def _take_a_change_back(console: Console) -> None:
    page = console.page
    await page.get_by_role("link", name="Models", exact=True).click()
    await page.locator("tbody").get_by_role("link", name="GPT-4.1 mini").click()
    await console.button("Edit").click()
    await console.dialog.get_by_label("Name").fill("Renamed by mistake")
    await console.button("Save").click()
    await page.get_by_role("heading", name="Renamed by mistake", level=1).wait_for()
    await page.get_by_role("tab", name="History").click()
    await page.get_by_label("After revision").press("ArrowLeft")
    await console.button("Revert to revision 1").click()
    await console.button("Revert").click()
    await page.get_by_role("heading", name="GPT-4.1 mini", level=1).wait_for()


async def _read_the_audit_trail(console: Console) -> None:
    await console.page.get_by_role("link", name="Audit").click()
    rows = console.page.locator("tbody tr")
    await console.page.get_by_role("heading", name="Audit").wait_for()
    answer = await rows.locator("td:nth-child(2)").all_inner_texts()
    assert answer[:3] == ["Model renamed\nReverted to revision 1", "Model renamed", "Model registered"]
    assert answer[-1] in {"Provider registered", "Organization registered"}


async def _prove_the_log(console: Console, service: RunningService) -> None:
    count = len(await console.api.rows("/api/ai/audit"))
    await console.button("Verify").click()
    proof = console.page.get_by_role("region", name="Verification")
    await proof.get_by_text("Intact").wait_for()
    assert "Not provable" in await proof.inner_text()
    number = await write_checkpoint(service)
    await console.button("Verify").click()
    await proof.get_by_text(f"What is proved: events 1 to {count}").wait_for()
    assert f"number {number}" in await proof.inner_text()
    assert "Not provable" not in await proof.inner_text()


async def _notice_that_an_event_was_changed(console: Console, service: RunningService) -> None:
    edit_an_event(service, console.api.organization_id, 2)
    await console.button("Verify").click()
    proof = console.page.get_by_role("region", name="Verification")
    await proof.get_by_text("In one place the log is not what was written.").wait_for()
    assert await faults_of(console, "tampered") == []
    (finding,) = await proof.locator("tbody tr").all()
    assert (await finding.locator("td").all_inner_texts())[:2] == ["2", "Edited"]


async def test_a_change_is_shown_and_taken_back(consoles: Consoles) -> None:
    provider = await consoles.provider()
    model = await consoles.api.model(provider, name="First", contextWindow=1000)
    await consoles.api.patch(f"/api/ai/models/{model['id']}", {"name": "Second"})
    async with consoles.opened() as console:
        await console.go(f"/models/{model['id']}?tab=history")
        page = console.page
        await page.locator(".timeline del", has_text="First").wait_for()
        assert await page.locator(".timeline ins", has_text="Second").is_visible()
        await page.get_by_label("After revision").fill("1")
        await console.button("Revert to revision 1").click()
        await console.dialog.get_by_label("Reason").fill("It was better")
        await console.button("Revert").click()
        await console.message("First is as it was after revision 1.")
        await page.get_by_role("heading", name="First", level=1).wait_for()
        await page.locator(".timeline li", has_text="It was better").wait_for()
    restored = await consoles.api.get(f"/api/ai/models/{model['id']}")
    assert (restored["name"], restored["revision"]) == ("First", 3)


async def test_a_picture_is_sent_with_the_prompt(consoles: Consoles) -> None:
    provider = await consoles.provider()
    await consoles.api.model(provider, modelId="chat-latest")
    async with consoles.opened() as console:
        await console.go("/try")
        page = console.page
        picture = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
        files = page.get_by_label("Images and PDFs")
        await files.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture})
        await page.get_by_label("Leave out a.png").wait_for()
        await page.get_by_role("textbox", name="Prompt", exact=True).fill("What is this?")
        async with page.expect_request("**/api/ai/generate") as sent:
            await console.button("Run the prompt").click()
        await page.get_by_text("Finished").wait_for()
        body = json.loads((await sent.value).post_data or "")
    words, image = body["messages"][0]["content"]
    assert (words["text"], image["mediaType"]) == ("What is this?", "image/png")
    assert image["data"].startswith("iVBORw0KGgo")
