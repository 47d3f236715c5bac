"""An example scenario to be filled in: ``dispatch template DIR``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

from dispatch.atomic import write_text
from dispatch.files.scenario.write import (
    refuse_used,
    write_scenario,
    write_scenario_xlsx,
)
from dispatch.files.tables.columns import markdown_tables
from dispatch.files.water.notices_file import notices_template
from dispatch.model.scenario import Depot, Scenario, Source, TimeWindow, Truck, Village

_INTRO: Final = """\
# 填写说明 How to fill in the tables

把示例行换成自己的数据：一行一个村（送水点）、水源、车场或车辆。列的先后不限，
不用的列可以空着或删掉。数字可以带单位：`5吨`、`3.5t`、`2方`、`5000L` 都是升。
日期和用水标准写在 `scenario.toml`（或工作表“设置”）里。

Replace the example rows by your own. Columns may come in any order; those that you do
not need may be empty or left out. Numbers may carry units: `5吨`, `3.5t`, `2方`.
"""


def example_scenario() -> Scenario:
    """Return the small invented scenario whose rows stand in the template."""
    return Scenario(
        name="示例",
        date=dt.date(2022, 9, 6),
        villages=(
            Village(
                village_id="001",
                name="示例村一组",
                lat=27.162240,
                lon=112.809955,
                population=120,
                vulnerable_people=18,
                cattle=4,
                pigs=20,
                poultry=150,
                facility_l=300,
                storage_l=5000,
                stock_l=500,
                windows=(TimeWindow(28_800, 39_600), TimeWindow(50_400, 64_800)),
                max_gross_t=12.0,
                contact="张三",
                phone="13800000000",
                notes="示例行，请替换",
            ),
            Village(
                village_id="002",
                name="示例村二组",
                lat=27.158803,
                lon=112.805774,
                population=80,
                vulnerable_people=9,
                storage_l=3000,
                max_width_m=2.3,
                max_visits=3,
            ),
        ),
        sources=(
            Source(
                source_id="S1",
                name="示例水厂",
                kind="水厂",
                lat=27.151175,
                lon=112.816591,
                supply_l=60_000,
                fill_rate_l_per_min=400.0,
                bays=2,
                windows=(TimeWindow(25_200, 68_400),),
            ),
        ),
        depots=(Depot(depot_id="D1", name="示例车场", lat=27.15505, lon=112.810095),),
        trucks=(
            Truck(
                truck_id="T1",
                plate="湘D00000",
                capacity_l=5000,
                depot_id="D1",
                shift_start_s=25_200,
                shift_end_s=64_800,
                unload_rate_l_per_min=400.0,
                gross_t=10.0,
                width_m=2.3,
                break_s=1800,
                break_window=TimeWindow(41_400, 48_600),
                kind="送水车",
                driver="李四",
            ),
        ),
    )


def write_template(
    folder: str | Path, *, xlsx: bool = False, water: bool = False
) -> Path:
    """
    Return the folder (or workbook) with example rows, Chinese headers and a guide.

    Parameters
    ----------
    folder
        A new or empty folder; with ``xlsx`` also the name of a new ``.xlsx`` file.
    xlsx
        Whether to write one workbook in place of a folder of CSV files.
    water
        Whether the tables of reservoirs, canals, fields, pumps, piped zones and duty
        are there too, without rows.

    Raises
    ------
    DispatchError
        If there is something already.
    """
    folder = Path(folder)
    refuse_used(folder)
    if xlsx:
        is_file = folder.suffix.casefold() == ".xlsx"
        path = folder if is_file else folder / "scenario.xlsx"
        return write_scenario_xlsx(example_scenario(), path, empty_water=water)
    # With BOM, since these files are opened in Excel next.
    write_scenario(
        example_scenario(), folder, chinese_headers=True, bom=True, empty_water=water
    )
    guide = markdown_tables(water=water)
    write_text(folder / "填写说明.md", f"{_INTRO}\n{guide}")
    if water:
        write_text(folder / "water" / "notices.toml", notices_template())
    return folder
