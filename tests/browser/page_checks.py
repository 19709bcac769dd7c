"""What is looked at on every page, wide in light and narrow in dark: its layout, and what a screen reader announces.

Pictures for people to look at are taken where there is the folder for them, which git ignores.
"""

from pathlib import Path
from typing import Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.console import Console
from tests.browser.watched_page import NARROW, WIDE, Scheme
from tests.e2e.api_client import Document

PICTURES: Final = Path(__file__).with_name("screenshots")
# Each layout once, and the colours of each scheme once.
LOOKS: Final[list[tuple[int, Scheme]]] = [(WIDE, "light"), (NARROW, "dark")]
SERIOUS: Final = {"serious", "critical"}

# Nothing is gathered about the many elements that are as they should be.
_ALL_ELSE: Final = """
axe.run({ resultTypes: ["violations"], preload: false, rules: { "color-contrast": { enabled: false } } })
    .then(({ violations }) => violations)
"""
# This takes axe most of its time, a millisecond for each text. What stands alike in the same surroundings, as in the
# rows of a table, it is therefore shown twice: the first and the last of them.
_CONTRAST: Final = """
(() => {
    const STYLES = ["color", "backgroundColor", "backgroundImage", "opacity", "fontSize", "fontWeight", "textShadow",
        "filter", "display", "visibility", "position"];
    const numbers = new Map(), first = new Map(), last = new Map();
    function visit(element, surroundings) {
        const style = getComputedStyle(element);
        const look = [surroundings, element.localName, element.className, ...STYLES.map((name) => style[name])].join();
        if (!numbers.has(look)) numbers.set(look, numbers.size);
        const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (hasText || !element.firstElementChild) {
            if (!first.has(look)) first.set(look, element);
            last.set(look, element);
        }
        for (const child of element.children) visit(child, numbers.get(look));
    }
    visit(document.body, null);
    const include = [...new Set([...first.values(), ...last.values()])];
    return axe.run({ include }, { resultTypes: ["violations"], preload: false, runOnly: ["color-contrast"] })
        .then(({ violations }) => violations);
})()
"""


async def faults_of(console: Console, page: str) -> list[str]:
    """Return where the page is cut off, and what is of no use to people who cannot see it."""
    faults = []
    for width, scheme in LOOKS:
        await console.page.set_viewport_size({"width": width, "height": 800})
        await console.page.emulate_media(color_scheme=scheme)
        await console.page.evaluate("scrollTo(0, 0)")
        name = f"{page}-{'wide' if width == WIDE else 'narrow'}-{scheme}.png"
        if PICTURES.is_dir():
            await console.page.screenshot(path=PICTURES / name, full_page=True)
        if await console.watched.overflows() or await _is_cut(console):
            faults.append(f"{name} is cut off")
        found = await violations_on(console.page, scheme)
        faults += [f"{name}: {_described(each)}" for each in found if each["impact"] in SERIOUS]
    return faults


async def violations_on(page: Page, scheme: Scheme) -> list[Document]:
    """Return which rules of axe the page violates: all are looked at in light, those of colours in dark as well."""
    # It is half a megabyte, and stays on the page.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(Axe().axe_script)
    found: list[Document] = await page.evaluate(_CONTRAST)
    if scheme == "light":
        found += await page.evaluate(_ALL_ELSE)
    return found


async def _is_cut(console: Console) -> bool:
    """Whether a table of rows is wider than its place; a comparison may be, for it is scrolled sideways."""
    cut = "[...document.querySelectorAll('.table:not(.comparison)')].some(one => one.scrollWidth > one.clientWidth)"
    return bool(await console.page.evaluate(cut))


def _described(violation: Document) -> str:
    return f"{violation['id']}: {[node['html'][:200] for node in violation['nodes'][:3]]}"
