"""The column dictionary: every table and column of a scenario, in two languages."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from dispatch.files.cells.parse import UNITS, unit_key

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal[
    "id",
    "ref",
    "text",
    "count",
    "number",
    "litres_down",
    "litres_up",
    "l_per_min",
    "l_per_h",
    "tonnes",
    "metres",
    "percent",
    "seconds",
    "clock",
    "clocks",
    "yes_no",
    "lat",
    "lon",
    "wkt",
    "path",
    "moment",
    "access",
    "speed_kind",
    "date",
    "datum",
    # Of the township's water, see cells/water_units.py and cells/choices.py.
    "m3",
    "m3_per_h",
    "m3_per_d",
    "mu",
    "mm",
    "m3_per_mu",
    "km",
    "hours",
    "days",
    "kw",
    "kwh_per_h",
    "kg_per_mu",
    "share",
    "celsius",
    "m_per_s",
    "node_kind",
    "canal_state",
    "grade",
    "energy",
    "pump_state",
    "post_kind",
    "post_end",
]

Words = Literal["empty", "zero", "free", "no", "ask"]
#: What 无 or a dash in a column of numbers or times means, as the docs say it.
_WORDS_RULES: Final[dict[Words, str]] = {
    "empty": "如空着 as empty",
    "zero": "0",
    "free": "不限 not limited",
    "no": "否 no",
    "ask": "会问 asked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    One column (or setting): its names, what it holds and what an empty cell means.

    Attributes
    ----------
    name, zh, aliases
        English header, Chinese header, further headers that are understood.
    kind
        How a cell is read; ``litres_down`` and ``litres_up`` say where a fraction
        of a litre goes.
    low, high
        Both included; None means not limited.
    empty
        What an empty cell means, for the reader of the docs.
    words
        What 无, 没有 and a dash mean: as an empty cell, 0, not limited, no; or the
        user is asked.
    merged
        Whether a cell merged over several rows holds for each of them; an amount
        could be the sum for all.
    """

    table: str
    name: str
    zh: str
    aliases: tuple[str, ...]
    kind: Kind
    unit: str
    required: bool
    low: float | None
    high: float | None
    empty: str
    words: Words
    merged: bool
    meaning_zh: str
    meaning_en: str

    @property
    def rule(self) -> str:
        """Return the range as words; empty where there is none."""
        if self.kind in ("lat", "lon") or self.low is None or self.high is None:
            return ""
        return f"{_shown(self.low)} to {_shown(self.high)}"

    @property
    def may_be_unlimited(self) -> bool:
        """Whether 不限 is understood, as an empty cell."""
        return self.words == "free" or self.empty == "not limited"

    @property
    def words_rule(self) -> str:
        """Return what 无 means, for the reader of the docs."""
        rule = _WORDS_RULES[self.words]
        return f"{rule}；不限 unlimited" if self.may_be_unlimited else rule


def _shown(limit: float) -> str:
    return f"{int(limit):,}" if limit == int(limit) else f"{limit:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: file ``name``.csv or sheet ``name`` or ``zh``."""

    name: str
    zh: str
    aliases: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = True

    @property
    def max_rows(self) -> int:
        """Return the most rows that are read; roads have more than places."""
        return _MAX_ROWS.get(self.name, _MAX_PLACES)

    def column(self, name: str) -> Column:
        """Return the column of this English name."""
        return next(column for column in self.columns if column.name == name)

    def find(self, header: str) -> tuple[Column, str] | None:
        """
        Return the column that a header means, and the unit in its brackets.

        ``载水量（吨）`` is the column ``capacity_l`` with the unit ``吨``.
        """
        if len(header) > _MAX_HEADER_CHARS:
            return None
        names = _header_names(self.name)
        exact = names.get(header_key(header))
        if exact is not None:
            return exact, ""
        text = unicodedata.normalize("NFKC", header).strip()
        match = _BRACKETS.fullmatch(text)
        if match is not None:
            column = names.get(header_key(match[1]))
            # 水量/吨 has a unit; people/population is a question of a group.
            is_unit = match[2] != "/" or unit_key(match[3]) in _ALL_UNITS
            if column is not None and is_unit:
                return column, match[3].strip()
        return None

    def suggestion(self, header: str) -> str | None:
        """Return the known header that looks most like an unknown one."""
        names = _header_names(self.name)
        near = difflib.get_close_matches(header_key(header), names, n=1, cutoff=0.7)
        return names[near[0]].name if near else None


#: Longer texts are no header; searching them for brackets would take hours.
_MAX_HEADER_CHARS: Final = 300
_ALL_UNITS: Final = frozenset(unit for units in UNITS.values() for unit in units)
_BRACKETS: Final = re.compile(r"(.+?)\s*([(\[【/])\s*([^()\[\]【】]+?)\s*[)\]】]?")

#: Thirty thousand villages are read in a few seconds; no county has more.
_MAX_PLACES: Final = 50_000
_MAX_ROWS: Final = {"nodes": 120_000, "edges": 120_000}

#: English name, Chinese name, further names, whether a scenario must have it.
_TABLES: Final = (
    ("scenario", "设置", ("方案", "参数", "settings"), True),
    ("villages", "村庄", ("村", "送水点", "村庄表", "村名单", "village"), True),
    ("sources", "水源", ("水源点", "取水点", "水源表", "source"), True),
    ("depots", "车场", ("停车场", "车场表", "depot"), True),
    ("trucks", "车辆", ("车", "送水车", "车辆表", "truck"), True),
    ("nodes", "道路节点", ("节点", "路口", "road_nodes", "roads_nodes"), False),
    ("edges", "道路", ("路段", "道路路段", "road_edges", "roads_edges"), False),
    ("limits", "道路限制", ("道路封闭", "限行", "限制", "road_limits"), False),
    ("speeds", "车速", ("速度", "车速表", "road_speeds", "speed"), False),
    ("townships", "乡镇", ("街道乡镇", "乡镇表", "街道", "township"), False),
    ("water_nodes", "水网节点", ("水网地点", "水利节点", "water_node"), False),
    ("stores", "蓄水", ("蓄水点", "水库塘坝", "store"), False),
    ("canals", "渠道", ("渠段", "渠道表", "canal"), False),
    ("works", "工程", ("工程表", "work"), False),
    ("fields", "田片", ("农田", "田块", "field"), False),
    ("crops", "作物", ("作物表", "crop"), False),
    ("weather", "天气", ("气象", "天气表"), False),
    ("pumps", "水泵", ("抽水机", "水泵表", "pump"), False),
    ("lifts", "提水点", ("提水", "泵站", "lift"), False),
    ("zones", "供水片", ("片区", "供水片区", "zone"), False),
    ("plant", "水厂", ("水厂机组", "plants"), False),
    ("posts", "岗位", ("值守岗位", "post"), False),
    ("notices", "通知", ("通知文字", "notice"), False),
    ("people", "人员", ("值守人员", "人员表", "person"), False),
    ("doors", "上门户", ("上门送水户", "door"), False),
    ("travel_s", "行车时间", ("行车时间秒", "时间矩阵", "travel_times"), False),
    ("travel_m", "行车距离", ("行车距离米", "距离矩阵", "travel_distances"), False),
)

#: Tables with one row per object, in the order in which they refer to each other.
OBJECT_TABLES: Final = ("villages", "sources", "depots", "trucks")
ROAD_TABLES: Final = ("nodes", "edges", "limits", "speeds")
AREA_TABLES: Final = ("townships",)
#: Tables of the township's water; all may be missing.
WATER_TABLES: Final = (
    *("water_nodes", "stores", "canals", "works", "fields", "crops", "weather"),
    *("pumps", "lifts", "zones", "plant", "posts", "notices"),
)
#: Tables that name persons and households: never published, never on a map.
PEOPLE_TABLES: Final = ("people", "doors")
MATRIX_TABLES: Final = ("travel_s", "travel_m")
#: Tables with positions, which may be in a datum of their own.
DATUM_TABLES: Final = (
    *("villages", "sources", "depots", "nodes", "limits", "townships"),
)


def header_key(text: str) -> str:
    """Return a header without case, width, spaces, dashes and underscores."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_\-*\ufeff\u200b]+", "", plain)


def _number(text: str) -> float | None:
    return float(text) if text else None


def _column(record: dict[str, str]) -> Column:
    if record["kind"] not in get_args(Kind):
        raise ValueError(f"columns.csv: unknown kind {record['kind']!r}")
    if record["words"] not in get_args(Words) or record["merged"] not in ("yes", ""):
        raise ValueError(f"columns.csv: {record['name']!r} lacks words or merged")
    return Column(
        table=record["table"],
        name=record["name"],
        zh=record["zh"],
        aliases=tuple(part for part in record["aliases"].split("|") if part),
        kind=cast("Kind", record["kind"]),
        unit=record["unit"],
        required=record["required"] == "yes",
        low=_number(record["low"]),
        high=_number(record["high"]),
        empty=record["empty"],
        words=cast("Words", record["words"]),
        merged=record["merged"] == "yes",
        meaning_zh=record["meaning_zh"],
        meaning_en=record["meaning_en"],
    )


@cache
def tables() -> dict[str, Table]:
    """Return every table of the dictionary, keyed by its English name."""
    text = files(__package__).joinpath("columns.csv").read_text(encoding="utf-8")
    columns = [_column(record) for record in csv.DictReader(text.splitlines())]
    return {
        name: Table(
            name=name,
            zh=zh,
            aliases=aliases,
            required=required,
            columns=tuple(column for column in columns if column.table == name),
        )
        for name, zh, aliases, required in _TABLES
    }


@cache
def _header_names(table: str) -> dict[str, Column]:
    """Return the column of every header that is understood, by its key."""
    names: dict[str, Column] = {}
    columns = tables()[table].columns
    for column in columns:
        for header in (column.name, column.zh):
            if names.setdefault(header_key(header), column) is not column:
                raise ValueError(f"columns.csv: {table} has {header!r} twice")
    for column in columns:
        for alias in column.aliases:
            names.setdefault(header_key(alias), column)
    return names


def table_of(name: str) -> Table | None:
    """Return the table that a file stem or sheet name means."""
    return _table_names().get(header_key(name))


@cache
def _table_names() -> dict[str, Table]:
    return {
        header_key(name): table
        for table in tables().values()
        for name in (table.name, table.zh, *table.aliases)
    }


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def column_guide(table: Table) -> list[tuple[str, ...]]:
    """Return header and rows of the guide to one table, for docs and templates."""
    head = (
        "列 column",
        "中文 Chinese header",
        "单位 unit",
        "必填 required",
        "空着表示 empty means",
        "写“无” none means",
        "合并 merged",
        "范围 range",
        "说明",
        "meaning",
    )
    rows = [
        (
            column.name,
            column.zh,
            column.unit,
            "必填 yes" if column.required else "",
            "" if column.required else column.empty,
            column.words_rule,
            "每行 each row" if column.merged else "",
            column.rule,
            column.meaning_zh,
            column.meaning_en,
        )
        for column in table.columns
    ]
    return [head, *rows]


def guided_tables(*, water: bool) -> list[Table]:
    """
    Return the tables that a guide explains; those without columns need none.

    Parameters
    ----------
    water
        Whether tables beside those of trucks are among them.
    """
    others = () if water else (*WATER_TABLES, *PEOPLE_TABLES)
    return [
        table
        for table in tables().values()
        if table.columns and table.name not in others
    ]


def markdown_tables(*, water: bool = True) -> str:
    """
    Return the dictionary as Markdown, one table per table.

    Parameters
    ----------
    water
        Whether tables beside those of trucks are among them.
    """
    parts = []
    for table in guided_tables(water=water):
        guide = column_guide(table)
        parts += [f"### `{table.name}` {table.zh}", ""]
        parts += [_row(guide[0]), _row("---" for _ in guide[0])]
        parts += [_row((f"`{row[0]}`", *row[1:])) for row in guide[1:]]
        parts += [""]
    return "\n".join(parts)
