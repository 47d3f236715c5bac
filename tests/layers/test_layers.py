"""Imports go one way: every room uses those before it, and nothing turns back."""

from __future__ import annotations

import pytest

from docs.draw_rooms import (
    LAYERS,
    PICTURE,
    TEXT,
    modules,
    picture,
    room,
    uses,
    with_table,
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
    "pydantic": {"files", "runs", "store"},
    "platformdirs": {"settings"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "chinese_calendar": {"operations"},
    "argon2": {"day"},
    "PIL": {"files"},
    "prometheus_client": {"web"},
}


MODULES = modules()
USES = uses()


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
        for path in MODULES.values()
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
        face: {u for u in USES[face] if u in MODULES} - {"dispatch.lazy"}
        for face in faces
        if face not in ("dispatch", "dispatch.words", "dispatch.cli")
    }
    assert {face for face, used in loaded.items() if used} == set()


def test_the_picture_and_the_table_of_rooms_are_those_of_the_code() -> None:
    """`python -m docs.draw_rooms` writes both."""
    assert PICTURE.read_text("utf-8") == picture()
    text = TEXT.read_text("utf-8")
    assert with_table(text) == text
