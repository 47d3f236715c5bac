"""Notices in words: complete on paper, short enough to be read out and sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dispatch.files.water.notice_parts import (
    Part,
    days_text,
    needs_text,
    reading_s,
    shortened,
    spoken_clock,
)
from dispatch.files.water.notice_texts import NoticeWriter, notice_texts
from dispatch.model.water.hours import Span
from dispatch.model.water.notices import NoticeText
from dispatch.model.water.told import SameSlots
from dispatch.water.notices import water_notices
from dispatch.words.words import Words
from tests.files.water.dispatched import demo

H = 3600
ZH, EN = Words("zh"), Words("en")
DAY = dt.date(2022, 9, 6)


@pytest.fixture(scope="module")
def notices():
    scenario, dispatch, _ = demo()
    return water_notices(scenario.water, dispatch)


def test_all_of_a_supply_notice_is_there(notices) -> None:
    scenario = demo()[0]
    texts = NoticeWriter(scenario, ZH, issued_on=DAY).supply(notices.supply[0])
    assert texts.title == "分时供水通告"
    paper = "\n".join((texts.to, *texts.paragraphs, texts.signature))
    for part in (
        "新场市片（新场市社区一组",
        "供水时段：每天 06:00—08:00、17:00—19:00。",
        "其余时间停水，一次最长 11 小时",
        "头 30 分钟水压低",
        "来水时把桶、缸装满；停水前关好水龙头",
        "发浑",
        "2022年9月6日起，到2022年9月8日",
        "久旱无雨，新场市水厂原水不足",
        "批准文号：永抗旱〔2022〕示例号",
        "压减：洗衣、洗澡",
        "保证：卫生院、学校、饮用水",
        "一水多用，不开长流水",
        "不用自来水浇地；发现漏水请报",
        "超过 3 天不要喝",
        "电话：000-0000-0300",
        "永和乡人民政府抗旱指挥部（示例）　2022年9月6日",
    ):
        assert part in paper
    # Slots come first, on paper too.
    assert texts.paragraphs[0].startswith("供水时段")


def test_what_nobody_approved_is_a_blank_to_fill(notices) -> None:
    scenario = demo()[0]
    bare = replace(scenario.water, notices=())
    writer = NoticeWriter(replace(scenario, water=bare), ZH)
    own = water_notices(bare, demo()[1])
    paper = "\n".join(writer.supply(own.supply[0]).paragraphs)
    assert "批准文号：____________（待填）。批准机关：____________（待填）。" in paper
    assert "电话：____________。" in paper
    assert "____年__月__日" in writer.supply(own.supply[0]).signature


def test_own_paragraphs_are_printed(notices) -> None:
    scenario = demo()[0]
    own = NoticeText(key="extra", zh="学校食堂可到二组取水。", en="Ask at group 2.")
    network = replace(scenario.water, notices=(*scenario.water.notices, own))
    for lang, text in (("zh", own.zh), ("en", own.en)):
        writer = NoticeWriter(replace(scenario, water=network), Words(lang))
        assert text in writer.supply(notices.supply[0]).paragraphs


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_versions_are_short_enough(notices, lang) -> None:
    for texts in NoticeWriter(demo()[0], Words(lang)).all(notices):
        assert 0 < texts.loud_s <= 60
        assert texts.loud_s == reading_s(texts.loud, lang)
        assert 0 < len(texts.short) <= (200 if lang == "zh" else 400)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_many_different_days_are_cut_to_the_first(notices, lang) -> None:
    """Fourteen days, each with three slots of its own: that takes minutes."""
    days = tuple(
        SameSlots(
            days=(day,),
            spans=tuple(
                Span(h * H + 900, h * H + 900 * (day + 2)) for h in (5, 11, 17)
            ),
        )
        for day in range(14)
    )
    long = replace(notices.supply[0], num_days=14, slots=days)
    texts = NoticeWriter(demo()[0], Words(lang)).supply(long)
    assert texts.loud_s <= 60
    assert len(texts.short) <= (200 if lang == "zh" else 400)
    later = Words(lang)("water_notice.loud_later")
    assert later in texts.loud
    assert later in texts.short
    # Paper has room for all of them.
    assert texts.paragraphs[0].count(":" if lang == "en" else "月") >= 14


def test_names_without_end_are_cut(notices) -> None:
    scenario = demo()[0]
    zone = replace(scenario.water.zones[0], name="片" * 900)
    network = replace(scenario.water, zones=(zone, *scenario.water.zones[1:]))
    texts = NoticeWriter(replace(scenario, water=network), ZH).supply(notices.supply[0])
    assert texts.loud_s <= 60
    assert len(texts.short) <= 200
    assert texts.short.endswith("…")


def test_turns_of_a_village(notices) -> None:
    told = next(n for n in notices.turns if n.village_id == "430423201218-1")
    texts = NoticeWriter(demo()[0], ZH).turns(told)
    assert texts.to == "文桥村一组送水点各农户："
    assert texts.paragraphs[0].startswith("一组（F-WQ，280 亩）：9月8日 ")
    assert "一支渠上段来水" in texts.paragraphs[0]
    dry = next(n for n in notices.turns if n.dry)
    assert (
        "没有水的田：一组 F-LL。"
        in NoticeWriter(demo()[0], ZH).turns(dry).paragraphs[0]
    )
    known = replace(dry, dry=(replace(dry.dry[0], reason="store_dry"),))
    assert "一组 F-LL（蓄水不够）" in NoticeWriter(demo()[0], ZH).turns(known).loud


def test_water_without_turns(notices) -> None:
    told = next(n for n in notices.turns if n.village_id == "430423201201-1")
    texts = NoticeWriter(demo()[0], ZH).turns(told)
    assert texts.paragraphs[0].startswith(
        "一组（F-ST，170 亩）：每天来水，到田共约 5,138 方"
    )
    assert texts.loud.startswith("沙头村一组送水点的乡亲们请注意，田里来水：一组每天。")
    english = NoticeWriter(demo()[0], EN).turns(told)
    assert "water comes every day" in english.paragraphs[0]
    assert "  " not in english.loud


def test_reading_time() -> None:
    """Eight signs at four a second; stops take no time. Seven words at 2.3 a second."""
    assert reading_s("今天下午，六点供水。", "zh") == 2
    assert reading_s("今天下午六点供水了", "zh") == 3
    assert reading_s("Fill your jars at home right now.", "en") == 4
    # Seven digits are read one by one.
    assert reading_s("Call 000-0300 .", "en") == 4


def test_parts_are_left_out_in_their_order() -> None:
    parts = [Part("a"), Part("b", 2), Part("c", 1), Part("d", 2), Part("", 3)]

    def text(most: int) -> str | None:
        return shortened(parts, lambda text: len(text) <= most, between="")

    assert [text(most) for most in (4, 3, 2, 1, 0)] == ["abcd", "abd", "a", "a", None]


@pytest.mark.parametrize(
    ("hour", "zh", "en"),
    [
        (0, "半夜十二点", "midnight"),
        (4.25, "凌晨4点15分", "4:15 am"),
        (6, "早上6点", "6 am"),
        (11.5, "上午11点半", "11:30 am"),
        (12, "中午12点", "12 pm"),
        (17.5, "下午5点半", "5:30 pm"),
        (20, "晚上8点", "8 pm"),
        (24, "半夜十二点", "midnight"),
    ],
)
def test_clocks_as_people_say_them(hour: float, zh: str, en: str) -> None:
    assert spoken_clock(int(hour * H), ZH) == zh
    assert spoken_clock(int(hour * H), EN) == en


def test_days_in_a_row_are_a_range() -> None:
    assert days_text(DAY, (0, 1, 2, 4), 6, ZH) == "9月6日至9月8日、9月10日"
    assert days_text(DAY, (0, 1), 2, ZH) == "每天"
    assert days_text(DAY, (0,), 1, EN) == "6 Sep"


def test_the_vulnerable_are_named_where_others_differ() -> None:
    assert needs_text(("survival_vulnerable", "survival"), ZH) == "饮用水"
    assert needs_text(("survival_vulnerable",), ZH) == "老弱病残幼的饮用水"


def test_every_notice_is_in_json_in_both_languages(notices) -> None:
    rows = notice_texts(demo()[0], notices)
    assert len(rows) == len(notices.supply) + len(notices.turns)
    assert rows[0]["is_limited"] is True
    for row in rows:
        assert row["zh"]["loud_s"] <= 60
        assert row["en"]["paragraphs"]
