"""
The rooms of the code and who imports whom, drawn from the code's own imports.

``python -m docs.draw_rooms`` writes ``docs/rooms.svg`` and the table of rooms in
``docs/ARCHITECTURE.md``; tests hold both to the code, and the order of `LAYERS` too.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

DOCS: Final = Path(__file__).parent
ROOT: Final = DOCS.parent / "dispatch"
PICTURE: Final = DOCS / "rooms.svg"
TEXT: Final = DOCS / "ARCHITECTURE.md"
BEGIN: Final = "<!-- rooms: written by `python -m docs.draw_rooms` -->"
END: Final = "<!-- end of rooms -->"

#: Rooms in the order of their layers; each may use those before it in this list.
LAYERS: Final = (
    "lazy",
    "arrays",
    "settings",
    "logs",
    "units",
    "words",
    "errors",
    "atomic",
    "model",
    "water",
    "fairness",
    "check",
    "coverage",
    "geo",
    "roads",
    "files",
    "solver",
    "planning",
    "operations",
    "store",
    "day",
    "maps",
    "runs",
    "web",
    "cli",
)

_BOX: Final = (104, 30)
_GAP: Final = (22, 62)
_MARGIN: Final = 16


def modules() -> dict[str, Path]:
    """Return the file of every module of the package by its full name."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ["dispatch", *path.relative_to(ROOT).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(node: ast.AST, known: dict[str, Path]) -> set[str]:
    """
    Return what is imported at run time, inside functions too.

    Parameters
    ----------
    node
        The syntax tree of a module, or a part of it.
    known
        The modules of the package, from `modules`.
    """
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        if isinstance(child, ast.Import):
            found |= {alias.name for alias in child.names}
        elif isinstance(child, ast.ImportFrom) and child.module:
            for alias in child.names:
                full = f"{child.module}.{alias.name}"
                found.add(full if full in known else child.module)
        else:
            found |= imports(child, known)
    return found


def uses() -> dict[str, set[str]]:
    """Return what every module imports, modules of other packages too."""
    known = modules()
    return {
        name: imports(ast.parse(path.read_text("utf-8")), known)
        for name, path in known.items()
    }


def room(module: str) -> str:
    """Return the room of a module of the package; empty for its face."""
    return module.split(".")[1] if "." in module else ""


def arrows() -> dict[str, set[str]]:
    """Return the rooms that every room imports from, without itself."""
    known = modules()
    found: dict[str, set[str]] = {name: set() for name in LAYERS}
    for module, used in uses().items():
        if room(module):
            found[room(module)] |= {room(name) for name in used if name in known}
    return {name: rooms - {name, ""} for name, rooms in found.items()}


def floors(used: dict[str, set[str]]) -> dict[str, int]:
    """Return the floor of every room: above what it uses, just below its users."""
    found: dict[str, int] = {}
    for name in LAYERS:
        found[name] = 1 + max((found[other] for other in used[name]), default=-1)
    for name in reversed(LAYERS):
        users = [found[other] for other in LAYERS if name in used[other]]
        found[name] = min(users) - 1 if users else found[name]
    return found


def shown(used: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the arrows to draw: those that no way over other rooms replaces."""
    reached: dict[str, set[str]] = {}
    for name in LAYERS:
        reached[name] = set(used[name]).union(*(reached[o] for o in used[name]))
    return {
        name: {
            other
            for other in used[name]
            if not any(other in reached[between] for between in used[name])
        }
        for name in LAYERS
    }


def picture() -> str:
    """Return the rooms as SVG, the lowest floor at the bottom."""
    used = arrows()
    level = floors(used)
    top = max(level.values())
    rows = [[n for n in LAYERS if level[n] == top - k] for k in range(top + 1)]
    (wide, high), (gap, rise) = _BOX, _GAP
    widest = max(len(row) for row in rows)
    width = 2 * _MARGIN + widest * wide + (widest - 1) * gap
    height = 2 * _MARGIN + len(rows) * high + (len(rows) - 1) * (rise - high)
    at = {}
    for k, row in enumerate(rows):
        left = (width - len(row) * wide - (len(row) - 1) * gap) / 2
        for i, name in enumerate(row):
            at[name] = (left + i * (wide + gap), _MARGIN + k * rise)
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "font-family": "system-ui, sans-serif",
            "font-size": "14",
        },
    )
    ET.SubElement(svg, "title").text = "Rooms of the code; arrows point to what is used"
    ET.SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": "#fff"})
    lines = ET.SubElement(svg, "g", {"stroke": "#8aa", "stroke-width": "1.2"})
    for name, others in shown(used).items():
        for other in sorted(others):
            (x1, y1), (x2, y2) = at[name], at[other]
            ends = {"x1": x1 + wide / 2, "y1": y1 + high, "x2": x2 + wide / 2, "y2": y2}
            ET.SubElement(lines, "line", {key: f"{v:g}" for key, v in ends.items()})
    for name, (x, y) in at.items():
        is_module = (ROOT / f"{name}.py").exists()
        style = {"fill": "#f4f4f4" if is_module else "#e3f0f7", "stroke": "#0B5A84"}
        size = {"width": str(wide), "height": str(high), "rx": "6"}
        ET.SubElement(svg, "rect", {"x": f"{x:g}", "y": f"{y:g}", **size, **style})
        middle = {"x": f"{x + wide / 2:g}", "y": f"{y + high / 2 + 5:g}"}
        ET.SubElement(svg, "text", {**middle, "text-anchor": "middle"}).text = name
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def table() -> str:
    """Return the rooms and the folders in them, with what their faces say."""
    rows = ["| room | what lives there, and what does not |", "| --- | --- |"]
    for name in LAYERS:
        paths = sorted((ROOT / name).rglob("__init__.py")) or [ROOT / f"{name}.py"]
        for path in paths:
            place = path.parent if path.name == "__init__.py" else path
            label = place.relative_to(ROOT.parent).as_posix()
            face = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
            if path.name != "__init__.py":
                face = face.split("\n\n")[0]
            said = " ".join(face.replace("``", "`").split())
            rows.append(f"| `{label}` | {said} |")
    return "\n".join(rows)


def with_table(text: str) -> str:
    """Return the page with the table of rooms as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def main() -> None:
    """Write picture and table."""
    PICTURE.write_text(picture(), encoding="utf-8")
    TEXT.write_text(with_table(TEXT.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
