"""Which changes matter, and who must be called."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pypdf
import pytest

from dispatch.files.plan.call_sheet import calls_pdf
from dispatch.planning.call_rows import call_sheet, call_table
from dispatch.planning.calls import call_list, matters
from dispatch.planning.changes import Change
from dispatch.words.words import Words
from tests.files.plan.printing import DRAFT, RARE, pages, small_day, with_names


def change(**values: Any) -> Change:
    """Return a visit of 4,000 litres at nine, changed as said."""
    same = Change(
        village_id="430423201001",
        kind="moved",
        reason="truck_late",
        truck_before="T1",
        truck_after="T1",
        start_before_s=9 * 3600,
        start_after_s=9 * 3600,
        litres_before=4000,
        litres_after=4000,
    )
    return dataclasses.replace(same, **values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, False),
        ({"start_after_s": 9 * 3600 + 1800}, False),
        ({"start_after_s": 9 * 3600 + 1801}, True),
        ({"start_after_s": 9 * 3600 - 1801}, True),
        ({"litres_after": 3999}, False),
        ({"litres_after": 3700}, False),
        ({"litres_after": 3699}, True),
        ({"litres_after": 4301}, True),
        ({"litres_before": 1000, "litres_after": 900}, False),
        ({"litres_before": 1000, "litres_after": 899}, True),
        ({"truck_after": "T2"}, True),
        ({"truck_after": None, "start_after_s": None, "litres_after": 0}, True),
        ({"truck_before": None, "start_before_s": None, "litres_before": 0}, True),
        # A small dropped visit is nobody's water any more all the same.
        (
            {
                "truck_after": None,
                "start_after_s": None,
                "litres_before": 5,
                "litres_after": 0,
            },
            True,
        ),
    ],
)
def test_what_matters(values: dict[str, Any], expected: bool) -> None:
    """More than 30 minutes, 300 litres or a tenth, or another truck."""
    assert matters(change(**values)) is expected


def ids() -> tuple[str, str]:
    first, second, *_ = small_day().scenario.villages
    return first.village_id, second.village_id


def test_places_are_called_once_with_totals_before_and_after() -> None:
    """東 loses 500 of 2,500 litres; west's 10 litres less are for nobody's ear."""
    plan = small_day().plan
    first, second = ids()
    changes = [
        change(village_id=second, kind="litres", litres_before=1010, litres_after=1000),
        change(village_id=first, kind="litres", litres_before=2500, litres_after=2000),
    ]
    found = call_list(changes, plan, previous=4)
    (call,) = found.calls
    assert (call.village_id, call.before_l, call.after_l) == (first, 2500, 2000)
    assert found.truck_ids == ("T1",)
    assert found.num_small == 1
    assert (found.before_l, found.after_l) == (3510, 3000)
    assert found.previous == 4


def test_who_expects_water_first_is_called_first() -> None:
    plan = small_day().plan
    first, second = ids()
    late = {"start_before_s": 36000, "start_after_s": 43200}
    early = {"start_before_s": 50000, "start_after_s": 32400}
    changes = [change(village_id=first, **late), change(village_id=second, **early)]
    found = call_list(changes, plan, previous=1)
    assert [call.village_id for call in found.calls] == [second, first]


def test_nothing_changed_calls_nobody() -> None:
    found = call_list([], small_day().plan, previous=1)
    assert (found.calls, found.truck_ids, found.num_small) == ((), (), 0)
    assert found.before_l == found.after_l == 3000


def test_calls_have_telephones_and_letters() -> None:
    day = small_day()
    first, second = ids()
    changes = [
        change(village_id=first, start_after_s=10 * 3600),
        change(
            village_id=second,
            kind="dropped",
            truck_after=None,
            start_after_s=None,
            litres_after=0,
        ),
    ]
    t = Words("zh")
    sheet = call_sheet(call_list(changes, day.plan, previous=1), day.scenario, t)
    one, other = sheet.places
    assert (one.contact, one.phone) == ("张三", "138")
    assert one.lines == (
        "改时间：A 车 09:00 4,000 升 → A 车 10:00 4,000 升（车辆晚点）",
    )
    assert other.lines == ("取消：A 车 09:00 4,000 升（车辆晚点）",)
    assert other.total == "全天合计：5,000 → 1,000 升"
    (driver,) = sheet.drivers
    assert (driver.name, driver.phone) == ("A 车 湘D00001", "139")
    rows = call_table(sheet, t).rows
    assert rows[0][1] == "张三 138"
    assert "没有联系人" in rows[1][1]
    assert rows[2][0] == "A 车 湘D00001"


def test_calls_are_printed_with_boxes_and_version() -> None:
    day = with_names(small_day(edition=DRAFT), RARE)
    first, _ = ids()
    found = call_list(
        [change(village_id=first, start_after_s=36000)], day.plan, previous=1
    )
    t = Words("zh")
    content = calls_pdf(day, call_sheet(found, day.scenario, t))
    (text,) = pages(content)
    for part in (RARE, "张三", "138", "改时间", "与已通知的第 1 版相比", "草稿 DRAFT"):
        assert part in text
    assert "李四" in text
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == 1


def test_nobody_to_call_is_said_on_paper() -> None:
    day = small_day()
    for lang, told in (("zh", "没有需要打电话的变动"), ("en", "No change that people")):
        found = call_list([change(litres_after=3999)], day.plan, previous=1)
        sheet = call_sheet(found, day.scenario, Words(lang))
        (text,) = pages(calls_pdf(day, sheet, lang))
        assert told in text
