"""Every sentence of the rules has its Chinese, with all its figures."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from dispatch import check
from dispatch.check import Violation
from dispatch.violation_text import sentences, violation_text

#: Texts of check.py that are no sentence of a violation.
OTHERS = {"rule {}: {}: {}", "{} {}", "Callable[[_Facts], Iterator[Violation]]"}
KEYS = re.compile(r"(totals\.)?\w+(\.\{\})?")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def shape(text: str) -> str:
    return re.sub(r"\{.*?\}", "{}", text)


def sentences_of_the_rules() -> set[str]:
    """Return every text in check.py that can be said, with empty blanks."""
    tree = ast.parse(Path(check.__file__).read_text("utf-8"))
    docs = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inner = {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    texts = set()
    for node in ast.walk(tree):
        if node in docs or node in inner:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [
                str(part.value) if isinstance(part, ast.Constant) else "{}"
                for part in node.values
            ]
            texts.add("".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
    return {text for text in texts if " " in text and not KEYS.fullmatch(text)}


def test_every_sentence_of_the_rules_is_translated() -> None:
    """New sentence in check.py: add it to dispatch/violations.toml."""
    known = {shape(english) for english, _ in sentences()}
    assert sentences_of_the_rules() - OTHERS - known == set()


def test_no_translation_is_left_over() -> None:
    known = {shape(english) for english, _ in sentences()}
    assert known - sentences_of_the_rules() == set()


@pytest.mark.parametrize("pair", sentences(), ids=lambda pair: shape(pair[0]))
def test_figures_come_through(pair: tuple[str, str]) -> None:
    """Every blank keeps its own figure, and no sentence is taken for another."""
    english, chinese = pair
    assert blanks(english) == blanks(chinese)
    figures = {
        name: f"{number}7" for number, name in enumerate(sorted(blanks(english)))
    }
    violation = Violation(1, english.format(**figures))
    assert violation_text(violation, "zh") == chinese.format(**figures)
    assert violation_text(violation, "en") == english.format(**figures)


def test_kinds_and_bands_are_named_in_chinese() -> None:
    violation = Violation(1, "is a fill, must be the depart")
    assert violation_text(violation, "zh") == "这里是“装水”，应为“出车”"
    violation = Violation(0, "12 l of survival served beat the bound of 9 l")
    assert violation_text(violation, "zh") == "“生存”满足 12 升，超过了上限 9 升"


def test_unknown_sentence_stays_as_it_is() -> None:
    assert violation_text(Violation(9, "something new"), "zh") == "something new"
