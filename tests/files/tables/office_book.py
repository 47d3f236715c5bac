"""A workbook as a township office makes it, to be changed by each test."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
import pytest

from dispatch.errors import DataError
from dispatch.files.scenario.read import read_scenario_files

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario

VILLAGE_HEAD = ("村编号", "村名", "纬度", "经度", "人口", "牛", "蓄水容量", "限重")
SHEETS: dict[str, list[list[object]]] = {
    "设置": [["设置", "值"], ["日期", "2022-09-06"], ["生存用水", 7.5]],
    "村庄": [
        [*VILLAGE_HEAD],
        ["V1", "东村", 27.160, 112.810, 100, None, None, None],
        ["V2", "西村", 27.170, 112.800, 200, 5, 3000, None],
        ["V3", "南村", 27.150, 112.805, 300, None, None, None],
    ],
    "水源": [
        ["水源编号", "纬度", "经度", "可供水量", "可饮用", "装水口数"],
        ["S1", 27.150, 112.820, 60000, "是", None],
        ["S2", 27.155, 112.825, 30000, "是", None],
    ],
    "车场": [["车场编号", "纬度", "经度"], ["D1", 27.155, 112.810]],
    "车辆": [
        ["车辆编号", "载水量", "车场编号", "上班时间", "下班时间", "可装饮用水"],
        ["T1", 5000, "D1", "07:00", "18:00", "是"],
        ["T2", 5000, "D1", "07:00", "18:00", "是"],
    ],
}


def office_book() -> openpyxl.Workbook:
    """Return a good workbook: three villages, two sources, two trucks."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    """Return the bytes of the workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(book: openpyxl.Workbook) -> Scenario:
    """Return the scenario of a workbook."""
    return read_scenario_files({"a.xlsx": saved(book)}, name="t")


def refused(book: openpyxl.Workbook) -> str:
    """Return the Chinese sentences by which a workbook is refused."""
    with pytest.raises(DataError) as caught:
        read(book)
    return caught.value.text("zh")


def told(scenario: Scenario) -> str:
    """Return the Chinese warnings of a scenario."""
    return "\n".join(problem.text("zh") for problem in scenario.warnings)
