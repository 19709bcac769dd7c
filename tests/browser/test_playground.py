"""Conversations: several turns, tools, a form of answers, and text that is nothing but text."""

import json
from typing import Final

import pytest
from playwright.async_api import expect

from tests.browser.console import Consoles

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOOLS: Final = [{"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}]

# What comes out, by what was written.
MARKDOWN: Final = {
    "# One\n\ntwo **three** `four`\nfive": "<h3>One</h3><p>two <strong>three</strong> <code>four</code>\nfive</p>",
    "- a\n- b\n  1. c\n\n> d": "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul><blockquote><p>d</p></blockquote>",
    "```js\n<b>**x**</b>\n```": '<pre tabindex="0" aria-label="Code in js"><code>&lt;b&gt;**x**&lt;/b&gt;</code></pre>',
    "<img src=x onerror=alert(1)> <script>": "<p>&lt;img src=x onerror=alert(1)&gt; &lt;script&gt;</p>",
    "[a](javascript:alert(1)) [b](data:text/html,x)": "<p>[a](javascript:alert(1)) [b](data:text/html,x)</p>",
    "![c](https://evil.example/p.png?x)": '<p><a href="https://evil.example/p.png?x" target="_blank" rel="noopener '
    'noreferrer nofollow">c</a></p>',
    "snake_case_name 2 * 3 * 4": "<p>snake_case_name 2 * 3 * 4</p>",
}


async def test_several_turns_tools_and_a_form_of_the_answer(consoles: Consoles) -> None:
    provider = await consoles.provider()
    await consoles.api.model(provider, modelId="chat-latest")
    async with consoles.opened() as console:
        page = console.page
        await console.go("/try")
        prompt = page.get_by_role("textbox", name="Prompt", exact=True)
        await page.get_by_label("System prompt").fill("Be brief.")
        await page.locator("summary", has_text="Tools").click()
        await page.get_by_label("Tools", exact=True).fill("[")
        await prompt.fill("call weather")
        await console.button("Run the prompt").click()
        await page.get_by_text("This is not JSON").wait_for()
        await page.get_by_label("Tools", exact=True).fill(json.dumps(TOOLS))
        await console.button("Run the prompt").click()
        await page.get_by_text("Calls weather").wait_for()
        await prompt.fill("And now?")
        await console.button("Run the prompt").click()
        await page.get_by_text("Send them first").wait_for()
        await page.get_by_label("What weather gives").fill("Sunny")
        await console.button("Send the results").click()
        await expect(page.locator(".answer").last).to_contain_text("Sunny")
        async with page.expect_request("**/api/ai/generate") as sent:
            await console.button("Run the prompt").click()
        await page.get_by_text("Finished").nth(2).wait_for()
        messages = json.loads((await sent.value).post_data or "")["messages"]
        roles = ["system", "user", "assistant", "user", "assistant", "user"]
        assert [message["role"] for message in messages] == roles
        await console.button("New conversation").click()
        assert await page.locator(".turn").count() == 0

        main = await page.evaluate("document.querySelector('script[src$=\"main.js\"]').src")
        script = main.replace("main.js", "pages-try-page.js")
        for written, shown in MARKDOWN.items():
            made = await page.evaluate(
                "async ([main, script, text]) => { const place = document.createElement('div'); "
                "const { render } = (await import(main)).$core_view; "
                "render((await import(script)).$core_markdown.markdown(text), place); "
                "return place.firstElementChild.innerHTML; }",
                [main, script, written],
            )
            assert made == shown
        # No text keeps the page busy.
        await page.evaluate(
            "async (script) => { const { markdown } = (await import(script)).$core_markdown; for (const each of "
            "['*', '_', '[', '`', '**a', '[a](', '> ', '- ', '|', '~~', '![', '*a ']) markdown(each.repeat(20000)); }",
            script,
        )
