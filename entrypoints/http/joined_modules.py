"""Joins the modules of a page's scripts, so that a browser requests a few files and not a hundred.

The page names which scripts there are. Each consists of the modules that it names and of all that they import, as far
as they are not in a script before it. Modules that are imported when they are needed, by `import()`, are a script each,
without what is in the others; what several of those have in common is one more. So every module is in one script, and
runs once.

In its script a module is a function that runs after those that it imports. That takes modules which do not import each
other in a circle, and which are written in one way: imports and exports have a line of their own, and imports name what
they take. Files that others have published may also end with a list of exports, or be scripts that make one global
variable, which is their default export then.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from typing import Final

SHARED: Final = "shared.js"
"""The script of what several of those that come later have in common."""

_IMPORT: Final = re.compile(r'import \{ ([^}]+) \} from "(\.[^"]+)";')
_PASSED_ON: Final = re.compile(r'export \{ ([^}]+) \} from "(\.[^"]+)";')
_EXPORT: Final = re.compile(r"export ((?:async )?function\*?|class|const) (\w+)")
_LIST_AT_THE_END: Final = re.compile(r"\bexport ?\{([^{}]+)\};?$")
_GLOBAL: Final = re.compile(r"var (\w+)=function\(\)")
_IMPORTED_LATER: Final = re.compile(r'import\("(\.[^"]+)"\)')
_COMMENT: Final = re.compile(r"//|/\*\*.*\*/$")


@dataclass(slots=True)
class _Module:
    """A module: what it imports, as (names, module), what it exports, by the names outside, and all else of it."""

    name: str
    imports: list[tuple[str, str]] = field(default_factory=list)
    exports: dict[str, str] = field(default_factory=dict)
    later: list[str] = field(default_factory=list)
    body: str = ""

    def beside(self, path: str) -> str:
        """Return the name of the module at this path, as this one sees it."""
        return normpath(join(dirname(self.name), path))


def joined_modules(sources: Mapping[str, str], scripts: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """Return the scripts by their names: those given, each named after its first module, and those imported later.

    Raises:
        ValueError: a module is not written in the way that can be joined.
    """
    modules = {name: _parsed(name, source) for name, source in sources.items()}
    held: dict[str, list[str]] = {}
    place: dict[str, str] = {}

    def hold(script: str, names: Sequence[str]) -> None:
        held[script] = [name for name in names if name not in place]
        place.update(dict.fromkeys(held[script], script))

    for names in scripts:
        hold(joined_name(names), _in_order(modules, names))
    entries = sorted({entry for module in modules.values() for entry in module.later} - place.keys())
    needed = {entry: _in_order(modules, [entry]) for entry in entries}
    common = [name for name in _in_order(modules, entries) if sum(name in needed[entry] for entry in entries) > 1]
    hold(SHARED, common)
    for entry in entries:
        if entry not in place:
            hold(joined_name([entry]), needed[entry])
    scripts_of = {script: [modules[name] for name in names] for script, names in held.items() if names}
    imported = {script: _imported(script, held_there, place) for script, held_there in scripts_of.items()}
    later = {name for module in modules.values() for name in module.later}
    ways = {name: _way(name, place[name], imported[place[name]]) for name in later}
    return {script: _script(held_there, imported[script], ways) for script, held_there in scripts_of.items()}


def joined_name(names: Sequence[str]) -> str:
    """Return what the file is called that consists of these: named after the first, and beside all others."""
    return names[0].replace("/", "-")


def _variable(module: str) -> str:
    return "$" + re.sub(r"\W", "_", module.removesuffix(".js"))


def _parsed(name: str, source: str) -> _Module:
    module = _Module(name)
    kept: list[str] = []
    is_in_template = False
    for line in source.splitlines():
        if not is_in_template:
            if line.startswith(("import ", "export ", "export{")):
                line = _declared(module, line)  # noqa: PLW2901 - what is left of it
            if not line or _COMMENT.match(line):
                continue
        kept.append(line)
        is_in_template ^= line.count("`") % 2 == 1
    if is_in_template:
        message = f"{name}: a template begins in it, or some other text with a backtick, and does not end"
        raise ValueError(message)
    if kept and (ending := _LIST_AT_THE_END.search(kept[-1])):
        module.exports |= {outer: inner for inner, outer in _pairs(ending[1])}
        kept[-1] = kept[-1][: ending.start()]
    if not module.exports and (variable := next(filter(None, map(_GLOBAL.match, kept)), None)):
        module.exports["default"] = variable[1]
    module.body = "\n".join(kept)
    module.later = [module.beside(path) for path in _IMPORTED_LATER.findall(module.body)]
    return module


def _declared(module: _Module, line: str) -> str:
    """Take a line that imports or exports, and return the rest of it."""
    if found := _IMPORT.fullmatch(line):
        module.imports.append((found[1], module.beside(found[2])))
        return ""
    if found := _PASSED_ON.fullmatch(line):
        other = module.beside(found[2])
        module.imports.append(("", other))
        module.exports |= {outer: f"{_variable(other)}.{inner}" for inner, outer in _pairs(found[1])}
        return ""
    if found := _EXPORT.match(line):
        module.exports[found[2]] = found[2]
        return line.removeprefix("export ")
    if _LIST_AT_THE_END.match(line):
        return line
    message = f"{module.name}: this cannot be joined: {line}"
    raise ValueError(message)


def _pairs(names: str) -> Iterator[tuple[str, str]]:
    """Return what is named on each side of each `as`; twice the same where there is none."""
    for each in names.split(","):
        inner, _, outer = each.strip().partition(" as ")
        if inner:
            yield inner, outer or inner


def _in_order(modules: Mapping[str, _Module], names: Sequence[str]) -> list[str]:
    """Return these modules and all that they import, each after those that it needs."""
    order: dict[str, None] = {}
    under_way: list[str] = []

    def add(name: str) -> None:
        if name in under_way:
            message = f"These modules import each other: {', '.join(under_way)}"
            raise ValueError(message)
        if name in order:
            return
        under_way.append(name)
        for _, other in modules[name].imports:
            add(other)
        order[under_way.pop()] = None

    for name in names:
        add(name)
    return list(order)


def _imported(script: str, modules: Sequence[_Module], place: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """Return the other scripts that this one needs, and the modules that it needs of each."""
    needed = dict.fromkeys(other for module in modules for _, other in module.imports)
    found: dict[str, list[str]] = {}
    for other in needed:
        if place[other] != script:
            found.setdefault(place[other], []).append(other)
    return found


def _script(modules: Sequence[_Module], imported: Mapping[str, Sequence[str]], ways: Mapping[str, str]) -> str:
    lines = [f'import {{ {", ".join(map(_variable, names))} }} from "./{other}";' for other, names in imported.items()]
    for module in modules:
        lines += _function(module, ways)
    lines.append(f"export {{ {', '.join(_variable(module.name) for module in modules)} }};")
    return "\n".join(lines) + "\n"


def _function(module: _Module, ways: Mapping[str, str]) -> Iterator[str]:
    """Return the lines of a module: a function that runs at once, and gives what it exports."""
    yield f"// {module.name}"
    yield f"const {_variable(module.name)} = (() => {{"
    for names, other in module.imports:
        if names:
            yield f"const {{ {names.replace(' as ', ': ')} }} = {_variable(other)};"
    # It finds the files beside it in its original folder.
    body = module.body.replace("import.meta.url", f'new URL("{module.name}", import.meta.url).href')
    yield _IMPORTED_LATER.sub(lambda found: ways[module.beside(found[1])], body)
    exported = (name if name == value else f"{name}: {value}" for name, value in module.exports.items())
    yield f"return {{ {', '.join(exported)} }};"
    yield "})();"


def _way(module: str, script: str, imported: Mapping[str, Sequence[str]]) -> str:
    """Return what imports a module later: its script, and at the same time the one that others share with it."""
    asked = f'import("./{script}")'
    if SHARED in imported:
        asked = f'Promise.all([{asked}, import("./{SHARED}")]).then(([script]) => script)'
    return f"{asked}.then((script) => script.{_variable(module)})"
