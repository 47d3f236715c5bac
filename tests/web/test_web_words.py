"""Both languages hold every word that the pages ask for, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dispatch.web
from dispatch.words.words import LANGUAGES, Words, as_lang, words_of

WEB = Path(dispatch.web.__file__).parent


def test_every_table_column_has_a_heading():
    source = (WEB.parent / "coverage.py").read_text(encoding="utf-8")
    names = re.findall(r'^ {4,8}"([a-z_]+)",$', source, flags=re.MULTILINE)
    assert len(names) > 30
    ids = {"village_id", "source_id", "truck_id", "causes"}
    for name in set(names) - ids:
        assert f"table.{name}" in words_of("zh"), name


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
