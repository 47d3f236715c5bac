"""What 无, a dash and 不限 mean in each column: never the dangerous reading unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.errors import DataError
from dispatch.files.cells.cell_words import meaning_of
from dispatch.files.cells.parse import CellError
from dispatch.files.scenario.read import read_scenario_files
from dispatch.files.tables.columns import tables
from tests.files.tables.office_book import office_book, read, refused, told

TINY = Path(__file__).parents[2] / "data" / "tiny"
NONE = ("无", "没有", " 无 ", "none", "N/A", "n.a.")
DASHES = ("-", "—", "——", "/", "／", "--")
UNLIMITED = ("不限", "无限制", "充足", "unlimited", "不限量")


@pytest.mark.parametrize("word", NONE)
def test_a_source_with_none_is_dry(word: str) -> None:
    """It was not limited: the dry source served everybody."""
    book = office_book()
    book["水源"]["D2"] = word
    scenario = read(book)
    assert [source.supply_l for source in scenario.sources] == [0, 30000]
    assert "第 2 行，可供水量 = " in told(scenario)
    assert "今天没有水" in told(scenario)


@pytest.mark.parametrize("word", [*DASHES, "暂无", "不详", "？"])
def test_a_dash_for_a_supply_is_asked_about(word: str) -> None:
    book = office_book()
    book["水源"]["D2"] = word
    said = refused(book)
    assert "第 2 行，可供水量 = " in said
    assert "没有就填 0；不限就空着或填“不限”" in said


@pytest.mark.parametrize("word", UNLIMITED)
def test_unlimited(word: str) -> None:
    book = office_book()
    book["水源"]["D2"] = word
    book["村庄"]["G2"] = word
    book["村庄"]["H2"] = word
    book["水源"]["F2"] = word
    scenario = read(book)
    assert scenario.sources[0].supply_l is None
    assert scenario.sources[0].bays is None
    assert scenario.villages[0].storage_l is None
    assert scenario.villages[0].max_gross_t is None
    assert not scenario.warnings


@pytest.mark.parametrize("word", [*NONE, *DASHES, "暂无", "空"])
@pytest.mark.parametrize(
    ("sheet", "cell", "head"),
    [
        ("村庄", "G2", "蓄水容量"),
        ("村庄", "I2", "收水开始"),
        ("村庄", "J2", "最多车次"),
        ("村庄", "E2", "人口"),
        ("水源", "F2", "装水口数"),
        ("水源", "G2", "装水速度"),
        ("水源", "H2", "现存水量"),
        ("水源", "I2", "每小时回水"),
        ("水源", "J2", "开放结束"),
        ("车辆", "B2", "载水量"),
        ("车辆", "G2", "卸水速度"),
        ("车辆", "H2", "总重"),
        ("车辆", "I2", "车宽"),
        ("设置", "B3", "生存用水"),
    ],
)
def test_where_none_could_mean_two_things(
    sheet: str, cell: str, head: str, word: str
) -> None:
    book = office_book()
    if sheet != "设置":
        book[sheet][f"{cell[0]}1"] = head
    book[sheet][cell] = word
    said = refused(book)
    assert f"第 {cell[1:]} 行，{head} = {word.strip()}" in said.replace(
        "= 无 ：", "= 无："
    ).replace("=  无 ", "= 无")


@pytest.mark.parametrize("word", ["无", "没有", "—", "/"])
def test_a_limit_that_does_not_exist(word: str) -> None:
    """No lane carries nothing: it is no limit, and one notice says so."""
    book = office_book()
    book["村庄"]["H2"] = word
    book["村庄"]["H3"] = 8
    book["村庄"]["H4"] = word
    scenario = read(book)
    assert [village.max_gross_t for village in scenario.villages] == [None, 8, None]
    (line,) = [p.text("zh") for p in scenario.warnings]
    assert "限重" in line
    assert f"有 2 格写着“{word}”（最先在第 2 行），按不限处理" in line


@pytest.mark.parametrize("word", ["暂无", "空", "不详"])
def test_a_limit_that_is_not_known(word: str) -> None:
    book = office_book()
    book["村庄"]["H2"] = word
    assert "限重" in refused(book)


@pytest.mark.parametrize("word", [*NONE, *DASHES, "暂无", "空"])
def test_counts_and_water_in_a_village_are_none(word: str) -> None:
    book = office_book()
    book["村庄"]["F2"] = word
    book["村庄"]["I1"], book["村庄"]["I2"] = "现存水量", word
    book["村庄"]["J1"], book["村庄"]["J2"] = "特殊人群", word
    village = read(book).villages[0]
    assert (village.cattle, village.stock_l, village.vulnerable_people) == (0, 0, 0)


@pytest.mark.parametrize("word", ["全天", "24小时", "不限"])
def test_always_open(word: str) -> None:
    book = office_book()
    book["村庄"]["I1"], book["村庄"]["I2"] = "收水开始", word
    assert read(book).villages[0].windows == ()


def test_unlimited_people_are_no_number() -> None:
    book = office_book()
    book["村庄"]["E2"] = "不限"
    assert "人口 = 不限" in refused(book)


def test_no_datum_is_not_wgs84() -> None:
    files = {path.name: path.read_bytes() for path in TINY.iterdir()}
    files["scenario.toml"] += 'datum = "无"\n'.encode()
    with pytest.raises(DataError, match="datum = 无"):
        read_scenario_files(files, name="t")


@pytest.mark.parametrize("table", ["villages", "sources", "trucks", "edges", "limits"])
def test_every_column_has_one_meaning_or_asks(table: str) -> None:
    """Never as an empty cell where empty is the reading that harms."""
    harmless = {"0", "none", "not known", "by road class", "no break", "1", "always"}
    for column in tables()[table].columns:
        if column.kind in ("id", "ref", "text", "yes_no", "wkt", "path", "lat", "lon"):
            continue
        try:
            meaning = meaning_of("无", column)
        except CellError:
            continue
        assert meaning in ("empty", "zero", "unlimited")
        if meaning == "empty":
            known = (*harmless, "from the heights of its nodes", "nothing new")
            assert column.empty in known, column.name
