"""The drivers' sheets: what stands on them, and every rare character."""

from __future__ import annotations

import dataclasses
import io
import logging
from typing import TYPE_CHECKING, Any

import pypdf
import segno

from dispatch.files.plan import sheets
from dispatch.files.plan.font import MISSING_MARK, missing_glyphs, printable
from dispatch.files.plan.links import amap_web
from dispatch.files.plan.on_paper import OnPaper
from dispatch.files.plan.paper import Paper
from dispatch.files.plan.sheets import sheets_pdf
from dispatch.files.scenario.read import read_scenario
from dispatch.model.plan import Route, Stop
from tests.files.plan.small_plan import TINY, small_plan

if TYPE_CHECKING:
    import pytest

    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario

#: Characters of Hunan village names that small fonts lack.
RARE = "塝崀垴磜㵲㙍圫沄墈岽嶅坳堝塅坵峎"


def pages(content: bytes) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(content))
    # pypdf shows the high byte of Latin characters in CFF fonts as NUL.
    return [page.extract_text().replace("\0", "") for page in reader.pages]


def printed(plan: Plan, scenario: Scenario, **rest: Any) -> bytes:
    return sheets_pdf(OnPaper(plan, scenario, **rest))


def test_a_sheet_says_what_a_driver_needs() -> None:
    plan, scenario, _ = small_plan()
    scenario = dataclasses.replace(
        scenario,
        trucks=(dataclasses.replace(scenario.trucks[0], driver="李四", phone="139"),),
        villages=(
            dataclasses.replace(scenario.villages[0], contact="张三", phone="138"),
            scenario.villages[1],
        ),
    )
    (text,) = pages(printed(plan, scenario))
    # The id is for who types the sheet in; all others call the letter.
    assert text.count("T1") == text.count("车辆编号 T1") == 1
    for part in ("A 车", "湘D00001", "李四", "139", "2022年09月06日", "水厂", "07:05"):
        assert part in text
    for part in ("东村", "2,000", "张三", "138", "27.160000", "卸空", "休息", "签字"):
        assert part in text
    assert "A 车  第 1/1 页" in text


def test_every_stop_with_water_has_a_code_that_can_be_scanned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The dark squares alone are 15 mm wide; they lead to where the truck stops."""
    drawn: list[tuple[str, float]] = []
    links: dict[int, str] = {}

    def make(link: str) -> segno.QRCode:
        code = segno.make(link, error="m", micro=False, mask=2)
        links[id(code)] = link
        codes.append(code)
        return code

    def draw(self: Paper, code: segno.QRCode, x: float, y: float, size: float) -> None:
        modules = len(list(code.matrix_iter(border=0)))
        drawn.append((links[id(code)], size * modules / (modules + 6)))
        assert 0 < x < 210 - size

    codes: list[segno.QRCode] = []
    monkeypatch.setattr(sheets, "code_of", make)
    monkeypatch.setattr(Paper, "code", draw)
    plan, scenario, _ = small_plan()
    first = dataclasses.replace(
        scenario.villages[0],
        transfer_lat=27.17,
        transfer_lon=112.83,
        transfer_by="三轮车",
    )
    moved = dataclasses.replace(scenario, villages=(first, scenario.villages[1]))
    (text,) = pages(printed(plan, moved))
    assert len(drawn) == 3  # a filling and two deliveries
    assert min(size for _, size in drawn) >= 15
    assert drawn[1][0] == amap_web(lat=27.17, lon=112.83)
    assert "停在交接点，三轮车" in text
    assert "27.170000" in text


def test_sheets_tell_places_of_one_name_apart() -> None:
    plan, scenario, _ = small_plan()
    villages = tuple(dataclasses.replace(v, name="和平村") for v in scenario.villages)
    (text,) = pages(printed(plan, dataclasses.replace(scenario, villages=villages)))
    assert "和平村（001）" in text
    assert "和平村（002）" in text


def test_rare_characters_have_glyphs_and_come_back() -> None:
    assert missing_glyphs([RARE]) == []
    plan, scenario, _ = small_plan()
    villages = (
        dataclasses.replace(scenario.villages[0], name=RARE),
        scenario.villages[1],
    )
    (text,) = pages(printed(plan, dataclasses.replace(scenario, villages=villages)))
    assert all(char in text for char in RARE[:8])


def test_a_character_without_a_glyph_is_marked_and_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plan, scenario, _ = small_plan()
    lost = "\U0001f6b0"  # a tap
    assert printable(f"东{lost}村") == f"东{MISSING_MARK}村"
    villages = (
        dataclasses.replace(scenario.villages[0], name=f"东{lost}村"),
        scenario.villages[1],
    )
    with caplog.at_level(logging.WARNING):
        text = "".join(
            pages(printed(plan, dataclasses.replace(scenario, villages=villages)))
        )
    assert f"东{MISSING_MARK}村" in text
    assert "U+1F6B0" in text
    assert "no glyph" in caplog.text


def two_trucks() -> Scenario:
    scenario = read_scenario(TINY)
    second = dataclasses.replace(scenario.trucks[0], truck_id="T2", plate="湘D00002")
    return dataclasses.replace(scenario, trucks=(scenario.trucks[0], second))


def test_each_truck_starts_a_page_and_idle_ones_are_named() -> None:
    plan, scenario, _ = small_plan(two_trucks())
    texts = pages(printed(plan, scenario))
    assert len(texts) == 2
    assert "今天没有任务的车辆" in texts[1]
    assert "湘D00002" in texts[1]
    second = dataclasses.replace(plan.routes[0], truck_id="T2")
    plan = dataclasses.replace(plan, routes=(*plan.routes, second))
    texts = pages(printed(plan, scenario))
    assert len(texts) == 2
    assert "湘D00001" in texts[0]
    assert "湘D00002" not in texts[0]
    assert "湘D00002" in texts[1]


def test_a_plan_without_trips_is_one_page() -> None:
    plan, scenario, _ = small_plan()
    (text,) = pages(printed(dataclasses.replace(plan, routes=()), scenario))
    assert "今天没有任务" in text


def test_a_long_day_goes_on_over_pages() -> None:
    plan, scenario, _ = small_plan()
    stops = plan.routes[0].stops
    trip = (stops[1], dataclasses.replace(stops[2], litres=3000))
    route = Route("T1", "D1", (stops[0], *trip * 12, stops[-1]))
    texts = pages(printed(dataclasses.replace(plan, routes=(route,)), scenario))
    assert len(texts) > 2
    assert "第 12 趟" in texts[-1]
    assert f"A 车  第 {len(texts)}/{len(texts)} 页" in texts[-1]


def test_water_non_potable_for_people_is_said_in_big_type() -> None:
    plan, scenario, _ = small_plan()
    truck = dataclasses.replace(scenario.trucks[0], potable=False)
    (text,) = pages(printed(plan, dataclasses.replace(scenario, trucks=(truck,))))
    assert "本车的水不能给人喝" in text


def test_estimated_times_are_said() -> None:
    plan, scenario, _ = small_plan()
    assert "直线距离估算" in pages(printed(plan, scenario, is_estimate=True))[0]
    assert "直线距离估算" not in pages(printed(plan, scenario))[0]


def test_unknown_places_of_an_edited_plan_do_not_stop_the_sheets() -> None:
    """check_plan tells about them; the paper must still come out."""
    plan, scenario, _ = small_plan()
    stops = (*plan.routes[0].stops, Stop("deliver", "nowhere", 1, 1, 1, 5))
    route = Route("T9", "D9", stops)
    assert (
        "nowhere"
        in pages(printed(dataclasses.replace(plan, routes=(route,)), scenario))[0]
    )


def test_the_same_plan_gives_the_same_pdf() -> None:
    plan, scenario, _ = small_plan()
    assert printed(plan, scenario) == printed(plan, scenario)
