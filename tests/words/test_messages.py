"""Everything said about bad input exists in both languages and fills its blanks."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import dispatch
from dispatch.errors import DataError, DispatchError, Problem
from dispatch.files.scenario.read import read_scenario
from dispatch.words.message import Message, MessageError, say, templates

SOURCES = Path(dispatch.__file__).parent
BAD = Path(__file__).parents[1] / "data" / "bad"
TINY = Path(__file__).parents[1] / "data" / "tiny"
#: Keys that are put together at run time, with all that they can become.
BUILT = {
    "matrix_{}_twice": ("matrix_row_twice", "matrix_column_twice"),
    "matrix_{}_missing": ("matrix_row_missing", "matrix_column_missing"),
    "{}_without_{}": ("nodes_without_edges", "edges_without_nodes"),
}
CHINESE = re.compile("[\u4e00-\u9fff]")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def calls() -> list[tuple[str, str, set[str]]]:
    """Return place, key and fields of every ``say(...)`` in the package."""
    found = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id != "say":
                continue
            where = f"{path.name}:{node.lineno}"
            fields = {word.arg or "**" for word in node.keywords}
            found += [(where, key, fields) for key in keys(node.args[0])]
    return found


def keys(node: ast.expr) -> tuple[str, ...]:
    if isinstance(node, ast.Constant):
        return (str(node.value),)
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else "{}" for p in node.values]
        return BUILT["".join(map(str, parts))]
    if isinstance(node, ast.IfExp):
        return keys(node.body) + keys(node.orelse)
    return ()  # a variable: looked up below among all texts of the package


def test_every_message_is_filled() -> None:
    """A field that is missing would be a KeyError in front of the user."""
    wrong = [
        (where, key)
        for where, key, fields in calls()
        if key not in templates() or fields != blanks(templates()[key]["en"])
    ]
    assert wrong == []


def test_unknown_key_is_a_bug_found_at_once() -> None:
    with pytest.raises(KeyError, match="no_such_key"):
        say("no_such_key")


@pytest.mark.parametrize(
    ("problem", "zh", "en"),
    [
        (
            Problem("villages.csv", say("must_not_be_negative"), 14, "人口", "-30"),
            "villages.csv，第 14 行，人口 = -30：必须 ≥ 0，不能是负数",
            "villages.csv, row 14, 人口 = -30: must be >= 0",
        ),
        (
            Problem("a.csv", say("table_only_header")),
            "a.csv：只有表头，没有数据行",
            "a.csv: has a header but no rows",
        ),
        (
            Problem("a.csv", say("must_be_number"), row=2, value="x"),
            "a.csv，第 2 行，x：必须是数字",
            "a.csv, row 2, x: must be a number",
        ),
    ],
)
def test_a_problem_is_one_line_in_each_language(
    problem: Problem, zh: str, en: str
) -> None:
    assert problem.text("zh") == zh
    assert problem.text("en") == str(problem) == en


def test_a_message_inside_a_message_is_in_the_same_language() -> None:
    hint = say("did_you_mean", near="D1")
    outer = say("no_such_depot", hint=hint)
    assert outer.text("zh").startswith("没有这个车场；")
    assert outer.text("zh").endswith("；是不是 D1？")
    assert outer.text("en").startswith("there is no such depot;")
    assert outer.text("en").endswith("; did you mean D1?")
    assert say("no_such_depot", hint="").text("zh").endswith("先在那里加上")


def test_errors_speak_both_languages() -> None:
    said = say("folder_not_empty", folder="here")
    assert DispatchError(said).text("zh").startswith("here 不是空的")
    assert str(DispatchError(said)) == said.text("en")
    assert DispatchError("both").text("zh") == "both"
    assert MessageError(said).message == said
    error = DataError([Problem("a.csv", said), Problem("b.csv", said)])
    assert len(error.text("zh").splitlines()) == 2
    assert CHINESE.search(error.text("zh"))


@pytest.mark.parametrize("folder", sorted(BAD.iterdir()), ids=lambda path: path.name)
def test_every_bad_input_is_told_in_chinese(folder: Path, tmp_path: Path) -> None:
    """The folders hold one mistake each, on top of the tiny scenario."""
    for base in (TINY, folder):
        for path in base.rglob("*"):
            if path.is_file():
                target = tmp_path / path.relative_to(base)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    with pytest.raises(DataError) as caught:
        read_scenario(tmp_path)
    for problem in caught.value.problems:
        assert isinstance(problem.message, Message)
        text = problem.message.text("zh")
        assert CHINESE.search(text)
        assert "{" not in text
