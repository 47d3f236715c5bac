"""
What is made for ``docs/``: ``python -m dispatch.files.docs``.

``DATA.md`` from the column dictionary, ``plan.schema.json`` from the form of plans.
"""

from __future__ import annotations

import json
from typing import Final

from dispatch.atomic import write_text
from dispatch.files.plan.document import plan_schema
from dispatch.files.tables.columns import markdown_tables
from dispatch.roads.speeds import default_rules

_SPEEDS: Final = """
### Speeds of trucks · 车速

The speed on an edge is the lowest of all rows that fit its class, surface, tracktype,
smoothness and slope, and of its posted limit; `truck_speed_kmh`, measured on the road
itself, wins over all. `up` and `down` hold from that grade on. `*` is any other class.
`roads/speeds.csv` replaces rows of equal kind and value.

| kind | value | empty km/h | loaded km/h | up to t | source |
| --- | --- | --- | --- | --- | --- |
"""

_INTRO: Final = """\
# Data of a scenario

<!-- Made by `python -m dispatch.files.docs` from dispatch/files/tables/columns.csv. -->

A scenario is a folder of CSV files, one `.xlsx` with the same tables as sheets, or a
`.zip` of the folder. `dispatch template DIR` (or `--xlsx`) writes one to fill in.

| part | file | sheet |
| --- | --- | --- |
| settings, with the day | `scenario.toml` | `设置` or `scenario`: key, value |
| villages | `villages.csv` | `村庄` or `villages` |
| sources | `sources.csv` | `水源` or `sources` |
| depots | `depots.csv` | `车场` or `depots` |
| trucks | `trucks.csv` | `车辆` or `trucks` |
| travel times, optional | `travel_s.csv`, `travel_m.csv` | the same names |
| roads, optional | `roads/nodes.csv`, `roads/edges.csv` | `道路节点`, `道路` |
| or an OpenStreetMap extract | `roads/*.osm.pbf`, `.osm`, `.osm.gz` | none |
| or roads as lines | `roads/*.geojson` | none |
| limits of roads, optional | `roads/limits.csv` | `道路限制` |
| speeds, optional | `roads/speeds.csv` | `车速` |
| shapes of roads, optional | `roads/edges.geojson` | column `线形` of `道路` |
| seats of townships, optional | `townships.csv` | `乡镇` or `townships` |
| outlines, optional | `areas.geojson` | none |
| all the water, optional | `water/*.csv`, `notices.toml` | `水网节点`, `蓄水` ... |

## How files are read

- UTF-8 with or without BOM, UTF-16 with BOM, GBK/GB18030; comma, tab or semicolon.
- Lines of title above the header are passed over. The header may have up to three
  rows (牲畜 over 牛, 猪, 羊) and a row of units beneath (人, 吨). Columns in any order,
  with English or Chinese headers, or one of some further names
  (`dispatch/files/tables/columns.csv` lists all). Unknown columns are a warning.
- Rows of sums (合计, 小计, 平均), of signatures (填表人：), examples (示例), notes and
  repeated headers are left out, each with a warning that names its row.
- A merged cell of a workbook holds for each of its rows where the tables below say
  "each row". Amounts, ids and positions are refused by the name of the range (E2:E4):
  nobody knows whether 600 people are in each village or in all. So are ranges over
  several columns.
- Hidden, filtered or folded rows, hidden columns and sheets are read like all others;
  one warning names them.
- A formula without a stored result (a program saved the file that cannot calculate, or
  `=60*1000` in a CSV file) and a failed one (`#REF!`) are refused, in every column.
  `="001"` is the text 001.
- Ids are text: `001` stays `001`, a code of 12 digits keeps them all, also from
  number cells. `4.30423E+11` is refused, since the digits are gone.
- Numbers may be full-width, have commas between thousands, 万, and units: in litre
  columns `5吨`, `3.5t`, `2方`, `2m³` are 1000 L each; weights in `kg`, lengths in
  `cm` or `km`, pauses in `分钟`, flows in `m³/h`. A unit in the header holds for
  the column: `载水量（吨）`. `1.000` people or litres is refused: it can be one or a
  thousand.
- Fractions of a litre go to the safe side: supply, capacity and stock down, needs
  up.
- Times: `08:30`, `8：30`, `8点半`, `下午2:30`, `次日01:00` (or `25:00`), time cells
  of a workbook. Several windows: `08:00;14:00` and `11:00;18:00`, or both in the
  first column as `08:00-11:00;14:00-18:00`.
  Windows that touch are one; those that no shift meets are reported.
- An empty cell means "not limited" or "none", as the tables say. Blank rows are
  left out.
- 无, 没有 and a dash mean what the tables say in "none means": the same as an empty
  cell, 0, not limited (with a notice), no, or they are asked about, since an empty cell
  would mean something else there. A dash is asked about where 无 is 0. 不限 and 充足
  are an empty cell where that means "not limited", and refused elsewhere.
- `datum` gcj02 or bd09: every position is converted to WGS-84 on reading. Files in
  another datum than the others are named in the section `[datums]` of
  `scenario.toml`: `villages = "gcj02"`; `nodes` means the roads with their shapes.
- Instead of `lat` and `lon`, the column `position` may hold what people send each
  other: `27.23,112.87` in either order, `北纬27度13分48秒 东经112度52分12秒`, a `geo:`
  link, or the long link of Amap, Baidu, Tencent, Google, Apple or OpenStreetMap, with
  words around it. Links have the datum of their map; numbers that of the file. Short
  links cannot be opened here.
- Exports of ODK and KoboToolbox: `27.16 112.81 80 5` in `position` (height and accuracy
  are passed over), `_place_latitude`, `group/village`; the columns that the program
  adds are left out with one notice.
- Figures far from all that is usual (a tank of 5 L, a place 38 km from all others,
  travel times that mean 500 km/h between the positions) are read with a warning.
- Where a truck cannot reach a village, `transfer_lat`, `transfer_lon` (in the datum of
  the villages) say where it stops, and `transfer_by` how the water goes on.
- All problems are reported together: file, row (the header is row 1), column, value
  and what to do. Errors stop; warnings go on, unless the reading is `strict`.
- Limits, checked before the work: 64 MB, 4,000,000 cells and 50,000 rows a table
  (nodes and edges 120,000 rows); 200 MB a travel table; 150 MB a workbook or zip,
  250 MB unpacked, 1,100,000 cells; 120 MB an extract (200 MB unpacked); GeoJSON of
  900,000 lists and objects; 2 MB and 2,000 settings in `scenario.toml`; 400 MB all
  files together; 100,000 characters a cell; days from 1900 to 2199.

## Roads

Plain tables, or one OpenStreetMap extract (`.osm.pbf`, `.osm`, `.osm.gz`, `.osm.bz2`)
or GeoJSON lines in `roads/`. Tables win over an extract, and an extract over lines.
`dispatch roads EXTRACT --out DIR --around SCENARIO` turns an extract into tables.

- Of an extract, only roads within 15 km of the box of all places are kept. It is
  WGS-84 whatever `datum` says. What is read is kept in a cache (`DISPATCH_CACHE`, else
  `~/.cache/water-dispatch`).
- Roads for motor vehicles are read, from motorway to track and service. `maxweight`,
  `maxwidth`, `maxheight`, `maxspeed`, `incline`, `oneway`, `hgv`, `access` and what is
  tagged for trucks, a direction or some hours only (column `rules`) are
  understood; `width`, the carriageway, is no limit. Bollards, blocks, locked gates and
  height bars on a road are edges of no length with the limit.
- Lines are split where they share a point, and where one ends within 1 m of a point of
  another; lines that only cross do not meet. Properties are the columns of `edges`, in
  either language, or the tags of OpenStreetMap.
- `roads/limits.csv` says what the office knows: roads that are closed, weak, narrow or
  slow, always or for some time. It stays when the road data are replaced.
- `roads/speeds.csv` replaces rows of the table of speeds.
- Where an edge has no `grade_pct`, the heights `ele_m` of its nodes give it (edges of
  30 m and more, not on bridges, at most 25 %).

## Travel

`travel_s.csv` (square, first column `place_id`, whole seconds, empty or -1: no road)
wins over roads (closures then have no effect, and a warning says so), and roads over
straight lines (`travel.speed_km_h`, `travel.detour`). With roads, each truck drives the
fastest path over the edges that its `gross_t`, `width_m` and `height_m` allow, loaded
to villages and empty to sources and home. A place stands at the node of the same id,
else at the nearest point of a road that some truck may use: above 200 m with a warning,
above 2 km it is an error. A village with `transfer_lat` and `transfer_lon` is served
there. An edge without a length is as long as its line. [ROADS.md](ROADS.md) has the
whole story; the speeds are in the last table below.

## All the water

Reservoirs, canals, fields, pumps, piped zones, people who watch them: each table is
optional, and without any a day is one of trucks only. `dispatch template DIR --water`
writes them empty. They lie in the folder `water/` or beside the others; the nodes are
`water_nodes`, since `nodes` are those of roads (`water/nodes.csv` means them, too).

- Ids of nodes, canals, pumps, lifts, zones, units of the works share one space: posts
  and works name them. A village is in one zone at most.
- Of a node, `source_id` says which source of the trucks draws the same water. A river
  without a row in `stores` is not limited.
- The loss of a canal is a share, or falls with the flow by `A / (100 Q^m)` per km, Q in
  m3/s at its end. A canal that takes water to fill (`fill_m3`) needs `travel_h`.
- A survey wins over formulas: `need_m3_per_mu`, `layer_mm` or `days_dry`, and `grade`.
- Evapotranspiration of a day is as entered, else by Penman and Monteith where humidity,
  wind (at 10 m) and sunshine are there, else by Hargreaves from the temperatures.
- A post `until` 放水期间 (while flowing) exists only while water flows. Times
  without dates hold every day, over midnight too.
- `works` changes one column of one object, named in either language: 状态 to 完好.
- `people` and `doors` are personal data: a file of their own each, kept apart from the
  network; nothing that is published, drawn or logged holds them.
- Units that are understood besides those of the tables: `6万方`, `0.5 m3/s`, `公顷`,
  `30%`, `马力`, `斤/亩`; a depth in `mm` for water per mu (1 mm = 0.667 m3/mu).

## Townships and counties

`townships.csv` gives the seats of townships, `areas.geojson` their outlines and those
of counties: polygons (or points) with the properties `name`, `code`, `level`
(`township` or `county`; else by the length of the code), `center` as [lon, lat],
and `datum` where it is not WGS-84. A village is warned of when it lies more than 1 km
outside its township's outline, or without one more than 8 km from the seat, or without
that more than 8 km from the middle of the township's other places (at least four).
Townships are found by `township` (name or code), else by the code. A village more than
500 m outside its county's outline is an error; a source or depot there is a warning,
since water may come from over the border.

Names are bad keys. Where one repeats, sheets and tables add the township and the last
digits of the code: 和平村（角山镇，…212）.

Where places lie much farther from the roads, or more of them outside the boundary, than
they would in another datum, a warning says so with both figures.

## Tables

Needed columns are marked; all others may be left out.

"""


def data_docs() -> str:
    """Return the text of ``docs/DATA.md``."""
    return _INTRO + markdown_tables() + _speeds()


def schema_docs() -> str:
    """Return the text of ``docs/plan.schema.json``."""
    return json.dumps(plan_schema(), ensure_ascii=False, indent=1) + "\n"


def _speeds() -> str:
    rows = [
        (
            rule.kind,
            rule.value,
            _shown(rule.empty_km_h),
            _shown(rule.loaded_km_h),
            _shown(rule.max_gross_t),
            rule.source,
        )
        for rule in default_rules()
    ]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return _SPEEDS + "\n".join(lines) + "\n"


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


if __name__ == "__main__":
    from pathlib import Path

    write_text(Path("docs/DATA.md"), data_docs())
    write_text(Path("docs/plan.schema.json"), schema_docs())
