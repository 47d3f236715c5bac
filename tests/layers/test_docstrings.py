"""Every public function says what goes in and what it raises."""

from __future__ import annotations

import ast
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import typer
from typer.testing import CliRunner

import dispatch
from dispatch.cli import commands

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(dispatch.__file__).parent
#: Files and folders of the package, so that a failure names its room.
ROOMS = sorted({path.relative_to(ROOT).parts[0] for path in ROOT.rglob("*.py")})


def leaves(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command, those of groups in groups too."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, *path, name)
        else:
            yield (*path, name)


COMMANDS = sorted(leaves(typer.main.get_command(commands.app)))

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Known(NamedTuple):
    """A function with its full name, and whether callers may use it."""

    name: str
    node: Function
    is_public: bool


def functions(
    body: list[ast.stmt], prefix: str, *, is_public: bool = True
) -> Iterator[Known]:
    """Yield functions of a module and methods of its classes; not those inside."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            inner = ast.iter_child_nodes(node)
            parts = [part for part in inner if isinstance(part, ast.stmt)]
            yield from functions(parts, prefix, is_public=is_public)
        if not isinstance(node, ast.ClassDef | Function):
            continue
        is_seen = is_public and not node.name.startswith("_")
        if isinstance(node, ast.ClassDef):
            name = f"{prefix}{node.name}."
            yield from functions(node.body, name, is_public=is_seen)
        else:
            yield Known(f"{prefix}{node.name}", node, is_seen)


def parameters(node: Function) -> list[str]:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    starred = [arg for arg in (node.args.vararg, node.args.kwarg) if arg is not None]
    return [arg.arg for arg in (*every, *starred) if arg.arg not in ("self", "cls")]


def entries(node: Function, section: str) -> list[str]:
    """Return the names of the entries of one section of a numpydoc docstring."""
    lines = (ast.get_docstring(node) or "").splitlines()
    names: list[str] = []
    inside = False
    for line, below in itertools.pairwise([*lines, ""]):
        if below and set(below) == {"-"}:
            inside = line == section
        elif inside and line and not line.startswith((" ", "-")):
            names += [part.strip().lstrip("*") for part in line.split(",")]
    return names


def raised(node: ast.AST, caught: frozenset[str] = frozenset()) -> set[str]:
    """Return the classes that a body raises itself and does not catch itself."""
    names: set[str] = set()
    if isinstance(node, ast.Raise) and node.exc is not None:
        made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = ast.unparse(made).rpartition(".")[2]
        # A variable holds an error that a caller or a thread made.
        if name[:1].isupper() and name not in caught:
            names.add(name)
    if isinstance(node, ast.Try):
        types = [handler.type for handler in node.handlers if handler.type is not None]
        parts = [t.elts if isinstance(t, ast.Tuple) else [t] for t in types]
        own = {ast.unparse(part).rpartition(".")[2] for row in parts for part in row}
        for child in node.body:
            names |= raised(child, caught | own)
        rest = [*node.handlers, *node.orelse, *node.finalbody]
        return names.union(*(raised(child, caught) for child in rest))
    return names.union(*(raised(child, caught) for child in ast.iter_child_nodes(node)))


def is_command(node: Function) -> bool:
    """Whether its options say themselves what they mean, as ``--help`` shows it."""
    return any(
        isinstance(decorator, ast.Call)
        and ast.unparse(decorator.func).endswith(".command")
        for decorator in node.decorator_list
    )


def faults(source: str, prefix: str = "") -> list[str]:
    """Return what is missing or too much in the docstrings of a module."""
    lines = []
    for name, node, is_public in functions(ast.parse(source).body, prefix):
        if is_command(node):
            continue
        taken, described = parameters(node), entries(node, "Parameters")
        if described or (is_public and len(taken) > 1):
            lines += [
                f"{name}: {p} is not described" for p in taken if p not in described
            ]
            lines += [f"{name}: there is no {p}" for p in described if p not in taken]
        if is_public:
            named = {part.rpartition(".")[2] for part in entries(node, "Raises")}
            missing = sorted(raised(node) - named)
            lines += [f"{name}: {error} is raised but not named" for error in missing]
    return lines


@pytest.mark.parametrize("room", ROOMS)
def test_parameters_and_errors_are_described(room: str) -> None:
    """A caller should not have to read the body."""
    path = ROOT / room
    modules = [path] if path.suffix else sorted(path.rglob("*.py"))
    lines = [
        line
        for module in modules
        for line in faults(
            module.read_text(encoding="utf-8"), f"{module.relative_to(ROOT)}:"
        )
    ]
    assert not lines, "\n".join(lines)


EXAMPLE = '''
def fill(tank, litres):
    """
    Return the time.

    Parameters
    ----------
    tank
        Where to.
    {entry}
        How much.

    Raises
    ------
    {error}
        If it is too much.
    """
    try:
        raise KeyError
    except (KeyError, TypeError):
        raise errors.PlanError("no") from None
'''


@pytest.mark.parametrize(
    ("entry", "error", "lines"),
    [
        ("litres", "PlanError", []),
        (
            "liters",
            "PlanError",
            ["fill: litres is not described", "fill: there is no liters"],
        ),
        ("litres", "ValueError", ["fill: PlanError is raised but not named"]),
    ],
)
def test_faults_are_seen(entry: str, error: str, lines: list[str]) -> None:
    assert faults(EXAMPLE.format(entry=entry, error=error)) == lines


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_ends_before_the_sections(command: tuple[str, ...]) -> None:
    """Users read one sentence and the options, not what is for programmers."""
    shown = CliRunner().invoke(commands.app, [*command, "--help"])
    assert shown.exit_code == 0
    assert "--lang" in shown.output
    assert "Parameters" not in shown.output


def test_one_parameter_needs_no_section() -> None:
    assert faults("def fill(tank): pass") == []
    assert faults("class Tank:\n  def fill(self, a, b): pass") == [
        "Tank.fill: a is not described",
        "Tank.fill: b is not described",
    ]
    assert faults("class _Tank:\n  def fill(self, a, b): pass") == []
