"""A webhook's life in the console: its secret is shown once, its address never, its deliveries are listed."""

import pytest
from playwright.async_api import expect

from tests.browser.console import Consoles
from tests.e2e.api_client import WEBHOOKS
from tests.e2e.webhook_receiver import receiving

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_webhook_is_added_tested_edited_rotated_and_removed(consoles: Consoles) -> None:
    async with receiving() as receiver, consoles.opened() as console:
        await console.go("/webhooks")
        await console.button("Add a webhook").first.click()
        await console.dialog.get_by_label("Name").fill("On-call")
        await console.dialog.get_by_label("Address").fill(f"{receiver.url}/a-secret-path")
        await console.dialog.get_by_label("Topics").fill("provider.exploded")
        await console.button("Add the webhook").click()
        await console.dialog.get_by_text("There is no event of this type").wait_for()
        await console.dialog.get_by_label("Topics").fill("webhook.*\nprovider.*")
        await console.button("Add the webhook").click()
        shown = console.dialog.get_by_label("The secret")
        await shown.wait_for()
        secret = await shown.input_value()
        await console.button("Close").click()
        await expect(console.page.locator("main")).not_to_contain_text("a-secret-path")

        await console.button("On-call").click()
        await console.button("Test On-call").click()
        await console.dialog.get_by_text("The receiver took the message.").wait_for()
        await console.button("Close").click()
        assert receiver.received[0].is_signed_with(secret)
        provider = await consoles.provider()
        assert (await receiver.has(2))[1].document["data"]["aggregateId"] == provider["id"]
        await console.button("On-call").click()
        await console.button("Deliveries of On-call").click()
        await console.dialog.get_by_text("Webhook test").wait_for()
        await console.button("Close").click()

        await console.button("Edit On-call").click()
        await console.dialog.get_by_label("Format").select_option("slack")
        await console.button("Save").click()
        await console.message("On-call was saved.")
        [changed] = await consoles.api.rows(WEBHOOKS)
        assert (changed["format"], changed["topics"]) == ("slack", ["provider.*", "webhook.*"])
        # Until the list is read again its rows know the revision before.
        await expect(console.page.get_by_role("row", name="On-call")).to_contain_text("Slack")
        await console.button("On-call").click()
        await console.button("Rotate the secret of On-call").click()
        await console.dialog.get_by_label("The old secret also signs for another").select_option("3600")
        await console.button("Rotate").click()
        assert await console.dialog.get_by_label("The secret").input_value() != secret
        await console.button("Close").click()
        await console.button("On-call").click()
        await console.button("Remove On-call").click()
        await console.page.get_by_text("There is no webhook yet").wait_for()
        await console.button("Undo").click()
        await console.button("On-call").click()
        await console.button("Remove On-call").click()
        await console.button("Close the message").last.click()
        await console.message("On-call was removed.")
        assert await consoles.api.rows(WEBHOOKS) == []
