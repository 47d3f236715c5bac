"""Imports go one way: every room uses those before it, and nothing turns back."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dispatch

ROOT = Path(dispatch.__file__).parent

#: Rooms in the order of their layers; each may use those above it in this list.
LAYERS = (
    "settings",
    "units",
    "words",
    "errors",
    "atomic",
    "model",
    "check",
    "fairness",
    "coverage",
    "geo",
    "roads",
    "files",
    "solver",
    "planning",
    "maps",
    "runs",
    "web",
    "cli",
)
#: One home per library; the first part of a module's name, and who may import it.
HOMES = {
    "ortools": {"solver"},
    "numba": {"solver"},
    "streamlit": {"web"},
    "streamlit_folium": {"web"},
    "folium": {"maps"},
    "altair": {"web"},
    "typer": {"cli"},
    "rich": {"cli"},
    "fpdf": {"files"},
    "openpyxl": {"files"},
    "xlsxwriter": {"files"},
    "osmium": {"roads"},
    "jinja2": {"maps", "web"},
    "pydantic": {"files", "runs"},
    "platformdirs": {"settings"},
}


def modules() -> dict[str, Path]:
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = ["dispatch", *path.relative_to(ROOT).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(node: ast.AST) -> set[str]:
    """Return what is imported at run time, inside functions too."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        if isinstance(child, ast.Import):
            found |= {alias.name for alias in child.names}
        elif isinstance(child, ast.ImportFrom) and child.module:
            for alias in child.names:
                full = f"{child.module}.{alias.name}"
                found.add(full if full in MODULES else child.module)
        else:
            found |= imports(child)
    return found


USES = {
    name: imports(ast.parse(path.read_text("utf-8"))) for name, path in MODULES.items()
}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_room_has_a_layer() -> None:
    assert {room(module) for module in MODULES} - {""} == set(LAYERS)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_arrow_goes_back(module: str) -> None:
    """A room uses the layers above it in the list, and itself."""
    if not room(module):
        return  # the public names lead everywhere, when they are asked for
    own = LAYERS.index(room(module))
    used = {room(target) for target in USES[module] if target in MODULES} - {""}
    assert [name for name in used if LAYERS.index(name) > own] == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Cycles inside a room too."""
    left = {m: {u for u in used if u in MODULES} for m, used in USES.items()}
    while free := [module for module, used in left.items() if not used & left.keys()]:
        for module in free:
            del left[module]
    assert sorted(left) == []


def test_nothing_is_kept_as_code() -> None:
    """A pickle runs what it holds, and is of one version of the program only."""
    code = {
        "pickle",
        "pickletools",
        "dill",
        "cloudpickle",
        "joblib",
        "marshal",
        "shelve",
    }
    users = {
        module
        for module, used in USES.items()
        if {target.split(".")[0] for target in used} & code
    }
    assert users == set()
    asked = [
        path.name
        for path in ROOT.rglob("*.py")
        if "allow_pickle=True" in path.read_text("utf-8")
    ]
    assert asked == []


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_has_one_home(library: str) -> None:
    users = {
        room(module)
        for module, used in USES.items()
        if any(target.split(".")[0] == library for target in used)
    }
    assert users == HOMES[library]


def test_the_check_knows_nothing_of_the_solver() -> None:
    """It would repeat the solver's mistakes."""
    reached: set[str] = set()
    waiting = ["dispatch.check.rules"]
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting += [u for u in USES[module] if u in MODULES and u not in reached]
    assert not {module for module in reached if room(module) == "solver"}


def test_faces_are_bare() -> None:
    """Importing a module loads no more of its package than it needs."""
    faces = [m for m, path in MODULES.items() if path.name == "__init__.py"]
    loaded = {
        face: {u for u in USES[face] if u in MODULES}
        for face in faces
        if face not in ("dispatch", "dispatch.words", "dispatch.cli")
    }
    assert {face for face, used in loaded.items() if used} == set()
