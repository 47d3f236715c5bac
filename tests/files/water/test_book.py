"""The workbook of a dispatch: its sheets, its figures, and who is in it."""

from __future__ import annotations

import io

import openpyxl
import pytest

from dispatch.files.water.book import water_xlsx
from tests.files.water.dispatched import demo

ZH = (
    *("放水", "轮灌", "抽水", "分时供水", "值守", "上门"),
    *("田片", "蓄水", "目标", "旱情表", "通知"),
)


def book(duty: object, lang: str = "zh"):
    scenario, dispatch, _ = demo()
    content = water_xlsx(scenario, dispatch, duty, lang)
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def public():
    return book(None)


@pytest.fixture(scope="module")
def personal():
    return book(demo()[2])


def rows(sheet) -> list[dict[str, object]]:
    header, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_sheets_by_their_order(public, personal) -> None:
    assert tuple(personal.sheetnames) == ZH
    assert tuple(public.sheetnames) == tuple(n for n in ZH if n != "上门")
    english = book(None, "en").sheetnames
    assert english[:5] == ["Releases", "Turns", "Pumps", "Supply slots", "Watches"]


def test_nobody_is_named_in_the_public_workbook(public) -> None:
    people = demo()[0].water_people
    secret = {word for p in people.people for word in (p.name, p.phone)}
    secret |= {door.household_id for door in people.doors}
    cells = {
        str(cell)
        for sheet in public
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    }
    assert not {cell for cell in cells for word in secret if word in cell}
    posts = rows(public["值守"])
    assert {"岗位", "从", "到", "人数", "缺人 人时"} == set(posts[0])


def test_the_personal_one_has_names_and_doors(personal) -> None:
    watch = rows(personal["值守"])[0]
    assert watch["姓名"].startswith("值守")
    assert watch["电话"].startswith("000-")
    assert {row["姓名"] for row in rows(personal["值守"])} >= {"缺人"}
    visits = rows(personal["上门"])
    assert len(visits) == len(demo()[2].rounds.visits)
    assert visits[0]["户号"].startswith("H")


def test_figures_are_those_of_the_plan(public) -> None:
    plan = demo()[1].plan
    canals = rows(public["放水"])
    assert len(canals) == len(plan.canals)
    assert sum(row["渠首 方"] for row in canals) == pytest.approx(
        sum(run.head_m3 for run in plan.canals), abs=len(canals)
    )
    assert canals[0]["类别"] == "放水"
    assert canals[0]["开闸"] == "2022-09-06 00:00"
    pumps = rows(public["抽水"])
    assert {row["归还"] for row in pumps} >= {"2022-09-12"}
    assert pumps[0]["电 千瓦时"] == 260.0
    turns = rows(public["轮灌"])
    assert [row["田片"] for row in turns] == ["F-XY", "F-WQ"]
    assert turns[1]["原因"] == "时间被别的轮次占了"
    fields = {row["田片"]: row for row in rows(public["田片"])}
    assert fields["F-ST"]["旱情"] == "重旱"
    assert fields["F-ST"]["调查人"] == "农技员（示例）"
    assert 0 < fields["F-ST"]["得水比例"] < 1
    assert len(rows(public["蓄水"])) == len(plan.stores)
    assert len(rows(public["目标"])) == len(plan.goals)


def test_form_and_notices(public) -> None:
    form = {row["项目"]: row for row in rows(public["旱情表"])}
    assert form["投入送水车"]["数量"] == 6
    assert form["在建工程资金"]["数量"] == "________（待填）"
    assert "还能灌上水的面积不计入" in form["作物受旱面积"]["口径"]
    notices = rows(public["通知"])
    assert notices[0]["发给"] == "新场市片"
    assert notices[0]["张贴"].startswith("分时供水通告\n")
    assert notices[0]["秒"] <= 60
    assert public["通知"]["B2"].alignment.wrap_text


def test_equal_dispatches_give_equal_bytes() -> None:
    scenario, dispatch, duty = demo()
    first = water_xlsx(scenario, dispatch, duty)
    assert first == water_xlsx(scenario, dispatch, duty)
