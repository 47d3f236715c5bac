"""Every text has both languages, the same blanks, and somebody who says it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from jinja2 import Environment, nodes

import dispatch
from dispatch.coverage import LEVELS, STANDARDS
from dispatch.model.need import BANDS
from dispatch.model.plan import REASONS, Ended, StopKind
from dispatch.operations.delivered import OWN_REASONS
from dispatch.operations.requests import STATES
from dispatch.planning.changes import ChangeKind, ChangeReason
from dispatch.planning.variants import VariantKind
from dispatch.web.components.drawing import Mode
from dispatch.words.message import TABLES, templates, term

SOURCES = Path(dispatch.__file__).parent
CHINESE = re.compile("[\u4e00-\u9fff]")
#: Names of what looks words up: t("plan.press"), self.t(...), words(...), say(...).
LOOKING_UP = {"t", "_t", "words", "_words", "say"}
PHASES = ("compile", "bound", "seed", "search", "timetable", "reasons")

DRAWN = tuple(mode for mode in get_args(Mode) if mode != "locate")

#: Words whose last part is made when the program runs, by closed lists.
MADE = {
    "band": BANDS,
    "reason": (*REASONS, *OWN_REASONS, "unknown"),
    "stop": get_args(StopKind),
    "help": (*REASONS, *OWN_REASONS, "unknown"),
    "ended": get_args(Ended),
    "level": LEVELS,
    "drawing": (*DRAWN, *(f"{mode}_hint" for mode in DRAWN), "locate"),
    "standard": STANDARDS,
    "change": (*get_args(ChangeKind), *(f"why_{r}" for r in get_args(ChangeReason))),
    "request_state": STATES,
    "rule": tuple(str(number) for number in range(15)),
    "phase": (*PHASES, "travel", "files"),
    "cli.progress": PHASES,
    "whatif": tuple(kind for kind in get_args(VariantKind) if kind != "as_it_is"),
}
ALL_MADE = {f"{subject}.{value}" for subject in MADE for value in MADE[subject]}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@cache
def trees() -> list[tuple[str, ast.Module]]:
    return [
        (str(path.relative_to(SOURCES)), ast.parse(path.read_text("utf-8")))
        for path in sorted(SOURCES.rglob("*.py"))
    ]


def shape(node: ast.JoinedStr) -> str:
    """Return an f-string as a pattern of keys, its blanks in groups."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)"
        for part in node.values
    )


@cache
def in_templates() -> list[tuple[str, str]]:
    """Return every ``t(...)`` of the templates: where, and its key as a pattern."""
    found = []
    for path in sorted(SOURCES.rglob("*.html")):
        tree = Environment().parse(path.read_text("utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                where = f"{path.name}:{call.lineno}"
                found += [(where, key) for key in keys_of(call.args[0])]
    return found


def keys_of(node: nodes.Expr) -> list[str]:
    if isinstance(node, nodes.CondExpr):
        assert node.expr2 is not None
        return [*keys_of(node.expr1), *keys_of(node.expr2)]
    if isinstance(node, nodes.Const):
        return [re.escape(node.value)]
    if isinstance(node, nodes.Concat):
        parts = [p.value if isinstance(p, nodes.Const) else None for p in node.nodes]
        return ["".join("(.+)" if p is None else re.escape(p) for p in parts)]
    return []  # a variable: looked up below among all texts of the package


def constants() -> set[str]:
    written = {
        node.value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    whole = {re.sub(r"\\(.)", r"\1", key) for _, key in in_templates()}
    return written | {key for key in whole if "(" not in key}


def patterns() -> list[re.Pattern[str]]:
    """Return the keys that the code puts together, such as ``table.{name}``."""
    shapes = {
        shape(node)
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
    }
    shapes |= {key for _, key in in_templates() if "(.+)" in key}
    made = re.compile(r"([a-z_]+\\\.)*[a-z_]*(\(\.\+\)[a-z_]*)+")
    return [re.compile(one) for one in sorted(shapes) if made.fullmatch(one)]


def asked() -> list[tuple[str, ast.expr]]:
    """Return where a text is looked up, and the key."""
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            caller = node.func
            last = caller.attr if isinstance(caller, ast.Attribute) else ""
            last = caller.id if isinstance(caller, ast.Name) else last
            if last in LOOKING_UP:
                found.append((f"{name}:{node.lineno}", node.args[0]))
    return found


def test_both_languages_have_the_same_blanks() -> None:
    wrong = [
        key
        for key, texts in templates().items()
        if set(texts) != {"zh", "en"} or blanks(texts["zh"]) != blanks(texts["en"])
    ]
    assert wrong == []


def test_chinese_texts_are_chinese() -> None:
    """An English word alone is let through where the office writes it so, too."""
    shown = {
        key: re.sub(r"\{.*?\}", "", texts["zh"]) for key, texts in templates().items()
    }
    english = {
        key: text
        for key, text in shown.items()
        if re.search("[A-Za-z]{2}", text) and not CHINESE.search(text)
    }
    assert set(english) == {"page.lang_en"}


def test_no_key_stands_in_two_tables() -> None:
    num_texts = sum(
        len(re.findall(r"^(?:\S+\.)?zh = ", path.read_text("utf-8"), re.MULTILINE))
        for path in (SOURCES / "words" / f"{name}.toml" for name in TABLES)
    )
    assert num_texts == len(templates())


def test_every_table_is_read() -> None:
    files = {path.stem for path in (SOURCES / "words").glob("*.toml")}
    assert files == set(TABLES)


def test_no_text_is_missing() -> None:
    """A word that is not there would be a KeyError in front of the user."""
    missing = []
    for where, key in asked():
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            if key.value not in templates():
                missing.append((where, key.value))
        elif isinstance(key, ast.JoinedStr):
            pattern = re.compile(shape(key))
            if not any(map(pattern.fullmatch, templates())):
                missing.append((where, pattern.pattern))
    missing += [
        (where, key)
        for where, key in in_templates()
        if not any(map(re.compile(key).fullmatch, templates()))
    ]
    assert missing == []
    assert len(asked()) > 450
    assert len(in_templates()) > 40


@pytest.mark.parametrize("subject", MADE)
def test_closed_lists_have_a_word_for_every_value(subject: str) -> None:
    for value in MADE[subject]:
        assert f"{subject}.{value}" in templates()


def test_no_text_is_left_over() -> None:
    """A key is in the code, or put together there from a name that is in the code."""
    written, shapes = constants(), patterns()

    def is_used(key: str) -> bool:
        if key in written or key in ALL_MADE:
            return True
        return any(
            match is not None and all(part in written for part in match.groups())
            for match in (one.fullmatch(key) for one in shapes)
        )

    assert [key for key in templates() if not is_used(key)] == []


def test_a_value_of_no_closed_list_stays_as_it_is() -> None:
    assert str(term("band", "livestock")) == "Livestock"
    assert term("stop", "refuel") == "refuel"
