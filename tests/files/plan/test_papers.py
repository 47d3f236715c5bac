"""Wall, notices, doors: what stands on them, of which version, every character."""

from __future__ import annotations

import dataclasses
import logging
import re

import pytest

from dispatch.files.plan.doors import doors_pdf
from dispatch.files.plan.edition import Edition
from dispatch.files.plan.notices import notices_pdf
from dispatch.files.plan.papers import PAPERS, paper_pdf
from dispatch.files.plan.sheets import sheets_pdf
from dispatch.files.plan.short_names import short_names
from dispatch.files.plan.visits import visits_by_place
from dispatch.files.plan.wall import wall_pdf
from tests.files.plan.printing import (
    DRAFT,
    LONG,
    RARE,
    TOLD,
    many_trucks,
    pages,
    sizes,
    small_day,
    with_names,
)
from tests.files.plan.test_languages_of_paper import CHINESE, latin_day


@pytest.mark.parametrize("name", PAPERS)
def test_every_page_names_the_version_and_when_it_was_told(name: str) -> None:
    for text in pages(paper_pdf(name, many_trucks(14))):
        assert "第 2 版 · 已发布 · 发布时间 2022-09-06 07:10" in text
        assert "草稿 DRAFT" not in text
        assert re.search(r"第 \d+/\d+ 页", text)


@pytest.mark.parametrize("name", PAPERS)
def test_a_draft_says_so_across_every_page(name: str) -> None:
    """A draft that hangs on the wall would send people to the road for nothing."""
    for text in pages(paper_pdf(name, small_day(edition=DRAFT))):
        assert "草稿 DRAFT" in text
        assert "第 3 版 · 草稿，未发布" in text


@pytest.mark.parametrize("status", ["superseded", "withdrawn"])
def test_what_is_no_longer_in_force_is_void(status: str) -> None:
    old = Edition(number=1, status=status, published_at=TOLD.published_at)
    assert "作废 VOID" in pages(wall_pdf(small_day(edition=old)))[0]


@pytest.mark.parametrize("name", PAPERS)
def test_rare_characters_and_long_names_are_printed(name: str) -> None:
    text = "".join(pages(paper_pdf(name, with_names(small_day(), RARE, LONG))))
    assert all(char in text for char in RARE)
    if name != "doors.pdf":  # nobody there needs water at the door
        assert LONG[:12] in text.replace("\n", "")


@pytest.mark.parametrize("name", PAPERS)
def test_missing_characters_are_told_on_every_paper(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        text = "".join(pages(paper_pdf(name, with_names(small_day(), "东\U0001f6b0"))))
    assert "东〓" in text
    assert "U+1F6B0" in text
    assert "no glyph" in caplog.text


@pytest.mark.parametrize("name", PAPERS)
def test_papers_are_in_one_language(name: str) -> None:
    plan, scenario, _ = latin_day()
    day = dataclasses.replace(small_day(edition=TOLD), plan=plan, scenario=scenario)
    for lang, is_chinese in (("en", False), ("zh", True)):
        text = "".join(pages(paper_pdf(name, day, lang))).replace("〓", "")
        assert bool(CHINESE.search(text)) is is_chinese


def test_there_is_no_other_paper() -> None:
    with pytest.raises(ValueError, match=r"nothing\.pdf"):
        paper_pdf("nothing.pdf", small_day())


# --- the wall ---


def test_the_wall_has_trucks_times_sources_and_places() -> None:
    (text,) = pages(wall_pdf(small_day(edition=TOLD)))
    for part in ("A", "湘D00001", "李四", "139", "①", "水厂", "东村", "08:00"):
        assert part in text
    # Litres of the filling, of both places, and what is short.
    for part in ("3,000", "2,000", "1,000", "▲缺"):
        assert part in text


def test_a_day_of_twelve_trucks_is_one_page() -> None:
    (text,) = pages(wall_pdf(many_trucks(12)))
    assert "湘D-T12" in text
    assert "总表  第 1/1 页" in text


def test_more_trucks_go_on_to_a_second_page() -> None:
    first, second = pages(wall_pdf(many_trucks(13)))
    assert "湘D-T12" in first
    assert "湘D-T13" not in first
    assert "湘D-T13" in second
    assert "总表  第 1/2 页" in first
    assert "总表  第 2/2 页" in second


def test_the_wall_is_a4_or_a3_across() -> None:
    assert sizes(wall_pdf(small_day())) == {(297, 210)}
    assert sizes(wall_pdf(small_day(), is_big=True)) == {(420, 297)}


def test_idle_trucks_and_an_idle_day_are_said_on_the_wall() -> None:
    day = small_day()
    spare = dataclasses.replace(day.scenario.trucks[0], truck_id="T2", plate="湘D00002")
    scenario = dataclasses.replace(day.scenario, trucks=(*day.scenario.trucks, spare))
    (text,) = pages(wall_pdf(dataclasses.replace(day, scenario=scenario)))
    assert "今天没有任务：B 车 湘D00002" in text
    nothing = dataclasses.replace(day.plan, routes=())
    (text,) = pages(wall_pdf(dataclasses.replace(day, plan=nothing)))
    assert "今天没有任务" in text


def test_the_end_that_all_names_share_is_left_out() -> None:
    names = {"a": "东村送水点", "b": "西头村送水点"}
    assert short_names(names) == {"a": "东村", "b": "西头村"}
    assert short_names({"a": "东村", "b": "西村"}) == {"a": "东村", "b": "西村"}
    assert short_names({"a": "东村送水点"}) == {"a": "东村送水点"}
    assert short_names({}) == {}


# --- notices ---


def test_a_notice_says_when_how_much_and_what_to_do() -> None:
    first, *_ = pages(notices_pdf(small_day(edition=TOLD)))
    for part in ("送水通知", "东村", "2022年09月06日", "星期二", "08:00 左右"):
        assert part in first
    for part in ("约 2,000 升", "A 车 湘D00001", "水桶", "张三 138", "李四", "139"):
        assert part in first
    for part in ("让开道路", "节约用水", "值班电话"):
        assert part in first
    assert "只供牲畜" not in first


def test_four_notices_are_on_a_page() -> None:
    day = small_day()
    num_told = len(visits_by_place(day.plan, day.scenario))
    assert num_told == 2
    assert len(pages(notices_pdf(day))) == 2
    (text,) = pages(notices_pdf(day, per_page=4))
    assert text.count("08:20 左右") == 1
    assert text.count("约 1,000 升") == 1


def test_water_for_animals_is_said_on_the_notice() -> None:
    """The source is not fit to drink from, though the truck is."""
    day = small_day()
    source = dataclasses.replace(day.scenario.sources[0], potable=False)
    others = day.scenario.sources[1:]
    scenario = dataclasses.replace(day.scenario, sources=(source, *others))
    for text in pages(notices_pdf(dataclasses.replace(day, scenario=scenario))):
        assert "人不能喝、不能做饭" in text
        assert "（只供牲畜）" in text


def test_a_transfer_point_needs_hands_instead_of_a_clear_lane() -> None:
    day = small_day()
    first, *others = day.scenario.villages
    first = dataclasses.replace(
        first, transfer_lat=27.17, transfer_lon=112.83, transfer_by="三轮车"
    )
    scenario = dataclasses.replace(day.scenario, villages=(first, *others))
    text, *_ = pages(notices_pdf(dataclasses.replace(day, scenario=scenario)))
    assert "再用三轮车转运" in text
    assert "让开道路" not in text


def test_many_visits_fit_on_the_smallest_notice() -> None:
    day = many_trucks(14)
    (text,) = pages(notices_pdf(day, per_page=4))
    assert text.count("08:00 左右") == 14


def test_a_day_without_visits_has_no_notice() -> None:
    day = small_day()
    nothing = dataclasses.replace(day.plan, routes=())
    (text,) = pages(notices_pdf(dataclasses.replace(day, plan=nothing)))
    assert "今天没有安排送水的村" in text


# --- to the door ---


def test_doors_stand_on_the_list_of_the_truck_that_comes_first() -> None:
    """Twelve people at 东村; they get what the bands of the vulnerable say."""
    day = small_day(edition=TOLD)
    outcome, *others = day.plan.villages
    served = dict(outcome.served_l)
    served |= {"survival_vulnerable": 90, "basic_vulnerable": 60}
    outcome = dataclasses.replace(outcome, served_l=served)
    plan = dataclasses.replace(day.plan, villages=(outcome, *others))
    (text,) = pages(doors_pdf(dataclasses.replace(day, plan=plan)))
    for part in ("A 车", "东村", "08:00", "12 人 · 每人 12.5 升", "张三", "138"):
        assert part in text
    assert "1 处，特殊人群 12 人" in text


def test_people_whom_the_plan_gives_nothing_are_on_the_list_and_it_says_so() -> None:
    """The clinic of the place takes all that comes; '0 L each' told nobody why."""
    day = small_day()
    outcome, *others = day.plan.villages
    none = dict.fromkeys(outcome.served_l, 0)
    outcome = dataclasses.replace(outcome, served_l=none)
    plan = dataclasses.replace(day.plan, villages=(outcome, *others))
    (text,) = pages(doors_pdf(dataclasses.replace(day, plan=plan)))
    assert "12 人 · 方案没有分到水" in text


def test_a_place_that_two_trucks_serve_is_on_one_list() -> None:
    texts = pages(doors_pdf(many_trucks(3)))
    assert sum("东村" in text for text in texts) == 1


def test_water_for_animals_is_not_carried_to_doors() -> None:
    day = small_day()
    truck = dataclasses.replace(day.scenario.trucks[0], potable=False)
    scenario = dataclasses.replace(day.scenario, trucks=(truck,))
    (text,) = pages(doors_pdf(dataclasses.replace(day, scenario=scenario)))
    assert "今天没有要送到户的特殊人群" in text


def test_a_crowd_gets_a_line_to_write_on_instead_of_boxes() -> None:
    day = small_day()
    first, *others = day.scenario.villages
    first = dataclasses.replace(first, population=400, vulnerable_people=300)
    scenario = dataclasses.replace(day.scenario, villages=(first, *others))
    (text,) = pages(doors_pdf(dataclasses.replace(day, scenario=scenario)))
    assert "已送到 ________ 人，共 300 人" in text


# --- sheets ---


def test_pages_of_sheets_are_counted_for_each_truck() -> None:
    day = many_trucks(2)
    texts = pages(sheets_pdf(day))
    assert "A 车  第 1/1 页" in texts[0]
    assert "B 车  第 1/1 页" in texts[1]
    assert "湘D-T2" in texts[1]


def test_a_letter_of_the_table_is_on_the_sheet() -> None:
    day = small_day()
    truck = dataclasses.replace(day.scenario.trucks[0], letter="K")
    scenario = dataclasses.replace(day.scenario, trucks=(truck,))
    (text,) = pages(sheets_pdf(dataclasses.replace(day, scenario=scenario)))
    assert "K 车" in text


def test_sheets_have_a_box_for_chlorine_where_people_drink_the_water() -> None:
    day = small_day()
    assert "余氯" in pages(sheets_pdf(day))[0]
    source = dataclasses.replace(day.scenario.sources[0], potable=False)
    scenario = dataclasses.replace(day.scenario, sources=(source,))
    assert (
        "余氯" not in pages(sheets_pdf(dataclasses.replace(day, scenario=scenario)))[0]
    )


def test_an_address_is_printed_only_if_one_is_given() -> None:
    """Links of drivers are kept as hashes alone: none can be printed."""
    assert "扫码打开网页" not in pages(sheets_pdf(small_day()))[0]
    day = small_day(start_url="http://192.168.1.5:8501")
    assert "扫码打开网页" in pages(sheets_pdf(day))[0]


@pytest.mark.parametrize("name", PAPERS)
def test_equal_plans_give_equal_files(name: str) -> None:
    assert paper_pdf(name, small_day()) == paper_pdf(name, small_day())
