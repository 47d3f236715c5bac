"""The map of the water: what each day runs, who gets what share, and nobody's name."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dispatch.maps.encode import safe
from dispatch.maps.offline import own_file
from dispatch.maps.water import water_map
from dispatch.maps.water_features import (
    BROKEN,
    DRY,
    RUNNING,
    SHARES,
    WaterFeatures,
    share_class,
)
from dispatch.model.water.dispatch import WaterDispatch
from dispatch.words.words import Words
from tests.files.water.dispatched import demo
from tests.payloads import MARKUP, evil


@pytest.fixture(scope="module")
def page() -> str:
    scenario, dispatch, _ = demo()
    return water_map(scenario, dispatch)


def features(network=None, dispatch=None) -> WaterFeatures:
    scenario, planned, _ = demo()
    return WaterFeatures(
        scenario, network or scenario.water, dispatch or planned, Words("zh")
    )


def by_tip(layer, tip: str) -> list[dict]:
    found = [feature["properties"] for feature in layer.features]
    return [properties for properties in found if properties.get("tip") == tip]


def read(page: str) -> str:
    """Return a page with the letters that its data have as codes."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), page)


def test_canals_by_day() -> None:
    """The branch to 文桥 is dry on the first day and runs on the third."""
    first, last = features().day(0), features().day(2)
    (dry,) = by_tip(first, "一支渠上段")
    (runs,) = by_tip(last, "一支渠上段")
    assert dry["style"]["color"] == DRY
    assert "当天无水" in dry["popup"]
    assert runs["style"]["color"] == RUNNING
    assert "渠首 900 方/时（0.25 立方米/秒）" in runs["popup"]
    assert "09-09 06:23" in runs["popup"]  # it closes on the next day
    assert first.is_shown
    assert not last.is_shown


def test_more_flow_is_a_wider_line() -> None:
    day = features().day(0)
    widths = {
        tip: by_tip(day, tip)[0]["style"]["weight"]
        for tip in ("左干渠上段", "左干渠下段", "二支渠下段")
    }
    assert sorted(widths.values(), reverse=True) == list(widths.values())
    assert max(widths.values()) <= 10


def test_a_broken_canal_is_red_and_dashed() -> None:
    network = demo()[0].water
    canals = tuple(
        replace(c, state="broken") if c.canal_id == "C-Z2" else c
        for c in network.canals
    )
    layer = features(replace(network, canals=canals)).day(0)
    (broken,) = by_tip(layer, network.canal_by_id["C-Z2"].name)
    assert broken["style"]["color"] == BROKEN
    assert broken["style"]["dashArray"]
    assert "损毁" in broken["popup"]


def test_arrows_show_where_water_flows() -> None:
    """From the reservoir in the west to the east: points of arrows are east of it."""
    day = features().day(0)
    at = next(
        number
        for number, feature in enumerate(day.features)
        if feature["properties"].get("tip") == "左干渠上段"
    )
    arrow = day.features[at + 1]["geometry"]["coordinates"]
    left, point, right = (lon for lon, _ in arrow)
    assert point > max(left, right)


def test_pumps_are_where_they_run_that_day() -> None:
    day = features().day(0)
    line, sign = by_tip(day, "沙头二级（集水池到放水口）")
    assert "150 柴油泵（示例）：14.3 小时，1,712 方" in sign["popup"]
    assert "泵1" in sign["icon"]
    assert line["style"]["color"] != DRY
    (idle,) = by_tip(day, "黄周提水（前池到放水口）")
    assert idle["style"]["color"] == DRY


def test_fields_by_share_with_their_survey() -> None:
    layer = features().fields()
    shown = {f["properties"]["tip"]: f["properties"] for f in layer.features}
    assert "wd-full" in shown["二组 F-YH"]["icon"]
    assert "wd-none" in shown["一组 F-LL"]["icon"]
    assert "21&#37;" in shown["一组 F-XY"]["icon"]
    assert "调查：重旱" in shown["一组 F-ST"]["popup"]
    assert "农技员（示例），2022-09-04" in shown["一组 F-ST"]["popup"]


def test_every_village_of_a_zone_has_its_share() -> None:
    layer = features().zones()
    zones = demo()[0].water.zones
    assert len(layer.features) == sum(len(zone.village_ids) for zone in zones)
    assert "98&#37;" in layer.features[0]["properties"]["icon"]


def test_stores_tell_their_stock_by_day() -> None:
    layer = features().stores()
    (store,) = by_tip(layer, "九观桥水库")
    assert store["popup"].count("日末") == 3
    assert "可蓄 3,200,000 方" in store["popup"]


def test_shares_fall_into_classes() -> None:
    assert [share_class(share) for share in (1, 0.9951, 0.99, 0.5)] == [
        *("full", "full", "most", "most")
    ]
    assert [share_class(share) for share in (0.49, 0.006, 0.004, 0)] == [
        *("some", "some", "none", "none")
    ]
    style = own_file("water.css")
    assert all(f".wd-{name} " in style for name, _ in SHARES)


def test_the_page_asks_nobody_for_anything(page) -> None:
    loaded = re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=[\"']([^\"']+)", page)
    assert [url for url in loaded if not url.startswith("data:")] == []
    assert "wd-inline-assets" not in page
    assert "L.map(" in page
    assert read(page).count("渠道、水泵 09-0") == 3
    assert '<html lang="zh">' in page
    assert "<title>永和乡（示例） · 2022-09-06 起 3 天用水图</title>" in page
    assert "按小时排不下全部" in read(page)


def test_it_speaks_english() -> None:
    scenario, dispatch, _ = demo()
    page = water_map(scenario, replace(dispatch, is_kept=True), "en")
    assert "Canals and pumps 09-06" in page
    assert "The hours cannot keep" not in page
    assert "渠首" not in read(page)


def test_nobody_is_named(page) -> None:
    people = demo()[0].water_people
    secret = [word for p in people.people for word in (p.name, p.phone)]
    assert "九观桥水库" in read(page)
    assert [word for word in secret if word in read(page)] == []


def test_names_of_the_tables_cannot_run(tmp_path) -> None:
    """Whatever people type stays a text, on the server and in the browser."""
    scenario, dispatch, _ = demo()
    runs = "{{ cycler.__init__.__globals__.os.mkdir('%s') }}" % (tmp_path / "x")
    for text in (MARKUP, runs):
        network = scenario.water
        named = {
            name: tuple(replace(row, name=text) for row in getattr(network, name))
            for name in ("nodes", "canals", "pumps", "lifts", "zones")
        }
        named["fields"] = tuple(
            replace(block, group=text, surveyed_by=text) for block in network.fields
        )
        changed = replace(evil(scenario, text), water=replace(network, **named))
        page = water_map(changed, dispatch)
        assert text not in read(page)
        assert safe(text) in page
    assert not (tmp_path / "x").exists()


def test_a_dispatch_of_nothing_is_a_map_too() -> None:
    scenario, dispatch, _ = demo()
    plan = replace(
        dispatch.plan,
        canals=(),
        pumps=(),
        zones=(),
        fields=(),
        outcomes=(),
        stores=(),
    )
    page = water_map(scenario, WaterDispatch(plan=plan))
    assert "九观桥水库" in read(page)
