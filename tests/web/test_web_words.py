"""Both languages hold every word that the pages ask for, and no other."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args

import pytest

import dispatch.web
from dispatch.changes import ChangeKind, ChangeReason
from dispatch.coverage import LEVELS, STANDARDS
from dispatch.files.words import BAND_ZH, REASON_ZH
from dispatch.need import BANDS
from dispatch.plan import REASONS, Ended
from dispatch.web.words import LANGUAGES, Words, as_lang, words_of

WEB = Path(dispatch.web.__file__).parent

#: Words whose last part is made when the page runs, by closed lists.
MADE = {
    "band": BANDS,
    "reason": (*REASONS, "unknown"),
    "help": (*REASONS, "unknown"),
    "ended": get_args(Ended),
    "level": LEVELS,
    "standard": STANDARDS,
    "change": (*get_args(ChangeKind), *(f"why_{r}" for r in get_args(ChangeReason))),
    "rule": [str(number) for number in range(15)],
    "phase": (
        *("compile", "bound", "seed", "search", "timetable", "reasons"),
        *("travel", "check", "files"),
    ),
}


def used_words():
    """Return words that the code names in full."""
    pattern = re.compile(r"""["']([a-z]+\.[a-z_0-9]+)["']""")
    tables = {key.split(".")[0] for key in words_of("zh")}
    return {
        word
        for path in WEB.rglob("*.py")
        for word in pattern.findall(path.read_text(encoding="utf-8"))
        if word.split(".")[0] in tables
        and not word.endswith(
            (".csv", ".json", ".html", ".png", ".pdf", ".xlsx", ".js", ".toml")
        )
    } - {"server.max", "plan.xlsx", "plan.json", "map.html"}


def test_both_languages_have_the_same_words():
    assert words_of("zh").keys() == words_of("en").keys()


def test_both_languages_have_the_same_blanks():
    def blanks(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, text in words_of("zh").items():
        assert blanks(text) == blanks(words_of("en")[key]), key


def test_no_word_is_missing():
    missing = used_words() - words_of("zh").keys()
    assert missing == set()


@pytest.mark.parametrize("table", MADE)
def test_closed_lists_have_a_word_for_every_value(table):
    for value in MADE[table]:
        assert f"{table}.{value}" in words_of("zh")


def test_every_table_column_has_a_heading():
    source = (WEB.parent / "coverage.py").read_text(encoding="utf-8")
    names = re.findall(r'^ {4,8}"([a-z_]+)",$', source, flags=re.MULTILINE)
    assert len(names) > 30
    ids = {"village_id", "source_id", "truck_id", "causes"}
    for name in set(names) - ids:
        assert f"table.{name}" in words_of("zh"), name


def test_page_and_paper_use_the_same_words():
    """A coordinator reads the same reason on the screen and on the sheet."""
    for band, text in BAND_ZH.items():
        assert words_of("zh")[f"band.{band}"] == text
    for reason, text in REASON_ZH.items():
        assert words_of("zh")[f"reason.{reason}"] == text


def test_litres_share_and_time_read_naturally():
    t = Words("zh")
    assert t.litres(9999) == "9,999 升"
    assert t.litres(162_440) == "162.4 吨"
    assert t.percent(1) == "100%"
    assert t.percent(0.99999) == "99.9%"
    assert t.percent(0.57) == "57%"
    assert t.duration(59.4) == "59 秒"
    assert t.duration(125) == "2 分 5 秒"
    with pytest.raises(KeyError):
        t("plan.no_such_word")


def test_unknown_language_is_chinese():
    assert [as_lang(text) for text in ("en", "zh", "de", "", None)] == [
        "en",
        *["zh"] * 4,
    ]
    assert LANGUAGES[0] == "zh"
