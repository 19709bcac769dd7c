"""Modules that are joined to scripts."""

import pytest

from entrypoints.http.joined_modules import SHARED, joined_modules

SESSION = """\
// Who is signed in.
let held = null;
export const current = () => held;
export function keep(session) {
  held = session;
}
"""
PAGE = """\
import { keep } from "../core/session.js";
import { table } from "../parts/table.js";
export const show = () => keep(table);
"""
PAGES = """\
export const pages = [
  () => import("./pages/one.js"),
  () => import("./pages/two.js"),
  () => import("./pages/home.js"),
];
"""
CHART = """\
import { html, render } from "./view.js";
export const draw = async () => (await import("./vendor/plot.js")).default;
"""
VIEW = """\
export { html, render as render } from "./vendor/preact.js";
export const own = 1;
"""
LIST = 'import { current as session } from "../core/session.js";\nexport const show = () => session();\n'


def joined(sources: dict[str, str], *scripts: list[str]) -> dict[str, str]:
    return dict(joined_modules(sources, scripts or [["main.js"]]))


def test_a_module_runs_after_those_that_it_imports() -> None:
    found = joined(
        {
            "main.js": 'import { show } from "./pages/list.js";\nshow();\n',
            "pages/list.js": LIST,
            "core/session.js": SESSION,
        }
    )
    assert list(found) == ["main.js"]
    assert (
        found["main.js"]
        == """\
// core/session.js
const $core_session = (() => {
let held = null;
const current = () => held;
function keep(session) {
  held = session;
}
return { current, keep };
})();
// pages/list.js
const $pages_list = (() => {
const { current: session } = $core_session;
const show = () => session();
return { show };
})();
// main.js
const $main = (() => {
const { show } = $pages_list;
show();
return {  };
})();
export { $core_session, $pages_list, $main };
"""
    )


def test_what_is_imported_later_has_a_script_of_its_own_and_shares_what_others_have() -> None:
    found = joined(
        {
            "main.js": PAGES,
            "core/session.js": SESSION,
            "parts/table.js": "export const table = 1;\n",
            "pages/home.js": LIST,
            "pages/one.js": PAGE,
            "pages/two.js": PAGE,
        },
        ["main.js", "pages/home.js"],
    )
    assert list(found) == ["main.js", SHARED, "pages-one.js", "pages-two.js"]
    assert "".join(found.values()).count("const $core_session =") == 1
    assert found["pages-one.js"].startswith(
        'import { $core_session } from "./main.js";\nimport { $parts_table } from "./shared.js";\n// pages/one.js\n'
    )
    # What it shares is requested with it, and not after it.
    assert 'Promise.all([import("./pages-one.js"), import("./shared.js")])' in found["main.js"]
    assert '() => import("./main.js").then((script) => script.$pages_home)' in found["main.js"]


def test_a_script_after_another_has_only_what_that_has_not() -> None:
    first, second = joined(
        {"early.js": LIST.replace("..", "."), "main.js": LIST.replace("..", "."), "core/session.js": SESSION},
        ["early.js"],
        ["main.js"],
    ).values()
    assert "$core_session =" in first
    assert second.startswith('import { $core_session } from "./early.js";\n// main.js\n')


def test_what_others_have_published_is_a_module_too() -> None:
    found = joined(
        {
            "main.js": CHART,
            "view.js": VIEW,
            "vendor/preact.js": "var a,b;function c(){}export{a as html,c as render};\n",
            "vendor/plot.js": "/*! A licence. */\nvar plot=function(){return 1}();\n",
        }
    )
    assert "var a,b;function c(){}\nreturn { html: a, render: c };" in found["main.js"]
    assert "return { html: $vendor_preact.html, render: $vendor_preact.render, own };" in found["main.js"]
    assert "var plot=function(){return 1}();\nreturn { default: plot };" in found["vendor-plot.js"]


def test_a_module_finds_the_files_beside_it() -> None:
    found = joined(
        {"main.js": 'import { at } from "./core/at.js";\n', "core/at.js": "export const at = import.meta.url;\n"}
    )
    assert 'const at = new URL("core/at.js", import.meta.url).href;' in found["main.js"]


def test_what_looks_like_a_comment_in_a_template_stays() -> None:
    text = "// Gone.\nexport const text = `\n// Kept.\n\n`;\n/** @type {number} */\nexport const one = 1;\n"
    found = joined({"main.js": text})
    assert "const text = `\n// Kept.\n\n`;\nconst one = 1;\n" in found["main.js"]
    assert "Gone" not in found["main.js"]


@pytest.mark.parametrize(
    "source",
    [
        'import * as all from "./other.js";',
        'import one from "./other.js";',
        'import "./other.js";',
        'import { one } from "library";',
        'import {\n  one,\n} from "./other.js";',
        "export let one = 1;",
        "export default 1;",
        'export * from "./other.js";',
        'import { own } from "./main.js";\nexport const own = 1;',
        "export const text = `;",
    ],
)
def test_a_module_that_is_written_otherwise_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"main\.js"):
        joined({"main.js": f"{source}\n", "other.js": "export const one = 1;\n"})
