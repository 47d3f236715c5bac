"""One scenario in many forms: encodings, separators, workbooks, zip files."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest

from dispatch.errors import DataError
from dispatch.files.scenario import read as read_module
from dispatch.files.scenario.read import read_scenario, read_scenario_files
from dispatch.files.tables import columns as columns_module
from dispatch.files.tables import matrices
from dispatch.files.tables import raw as raw_module
from dispatch.files.tables import workbook as workbook_module
from dispatch.files.tables.raw import TableError, parse_csv
from dispatch.model.scenario import TimeWindow

TINY = Path(__file__).parents[2] / "data" / "tiny"


def tiny_files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in TINY.iterdir()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings(encoding: str) -> None:
    files = {
        name: data.decode().encode(encoding) for name, data in tiny_files().items()
    }
    scenario = read_scenario_files(files, name="t", strict=True)
    assert [village.name for village in scenario.villages] == ["东村", "西村"]
    assert scenario.trucks[0].plate == "湘D00001"


@pytest.mark.parametrize("mark", ["\t", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_separators_and_line_ends(mark: str, newline: str) -> None:
    files = {
        name: data.replace(b",", mark.encode()).replace(b"\n", newline.encode())
        for name, data in tiny_files().items()
    }
    scenario = read_scenario_files(files, name="t", strict=True)
    assert scenario.villages[1].max_gross_t == 12


def test_excels_separator_hint_is_skipped_and_rows_still_count() -> None:
    files = tiny_files()
    files["villages.csv"] = b"sep=,\n" + files["villages.csv"].replace(b",100,", b",x,")
    with pytest.raises(DataError, match=r"row 3, population = x"):
        read_scenario_files(files, name="t")


def test_gbk_that_could_pass_for_something_else() -> None:
    """联通 in GBK is the famous text that editors take for UTF-8."""
    table = parse_csv("village_id,name\n1,联通\n".encode("gbk"), "villages.csv")
    assert table.rows[0][1] == ["1", "联通"]


def test_chinese_headers_units_and_blank_rows() -> None:
    files = tiny_files()
    files["villages.csv"] = (
        "村编号,村名,纬度,经度,人口,水池容量（方）,收水开始,收水结束,限重(吨)\n"
        ",,,,,,,,\n"
        "001,东村,27.16,112.81,１００人,3,8点半；14：00,11:00；18：00,12t\n"
        "\n"
        "002,西村,27.17,112.80,50,2500L,,,\n"
    ).encode()
    first, second = read_scenario_files(files, name="t", strict=True).villages
    assert (first.population, first.storage_l, first.max_gross_t) == (100, 3000, 12)
    assert first.windows == (TimeWindow(30600, 39600), TimeWindow(50400, 64800))
    assert second.storage_l == 2500


def test_rows_are_counted_as_in_the_spreadsheet() -> None:
    """Blank rows are passed over but keep their number."""
    files = tiny_files()
    files["villages.csv"] = b"village_id,lat,lon,population\n\n,,,\nV,27.1,112.8,-1\n"
    with pytest.raises(DataError, match=r"villages\.csv, row 4, population = -1"):
        read_scenario_files(files, name="t")


def test_a_title_above_the_header_is_passed_over() -> None:
    """Offices put 某某乡村庄用水情况表 and a unit line above the header."""
    files = tiny_files()
    files["villages.csv"] = (
        "永和乡缺水村情况表,,,\n单位：人,,,\n村编号,纬度,经度,人口\nV,27.16,112.81,-1\n"
    ).encode()
    with pytest.raises(DataError) as caught:
        read_scenario_files(files, name="t")
    (problem,) = caught.value.problems
    assert str(problem) == "villages.csv, row 4, 人口 = -1: must be >= 0"


def test_datum_is_converted_once() -> None:
    files = tiny_files()
    files["scenario.toml"] += b'datum = "gcj02"\n'
    scenario = read_scenario_files(files, name="t")
    assert scenario.datum == "wgs84"
    plain = read_scenario_files(tiny_files(), name="t")
    # GCJ-02 lies some 540 m east and 380 m south here.
    assert 0.004 < plain.depots[0].lon - scenario.depots[0].lon < 0.007
    assert 0.002 < scenario.depots[0].lat - plain.depots[0].lat < 0.005


def test_defaults_when_settings_say_nothing() -> None:
    scenario = read_scenario_files(tiny_files(), name="folder")
    assert scenario.name == "folder"
    assert scenario.date == dt.date(2022, 9, 6)
    assert scenario.need.basic_l_per_person == 20
    assert scenario.equity_steps == 1


def workbook() -> openpyxl.Workbook:
    """Return the tiny scenario as people type it into Excel."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheets: dict[str, list[list[object]]] = {
        "设置": [["设置", "值"], ["日期", dt.datetime(2022, 9, 6)], ["名称", "示例"]],
        "村庄": [
            [
                "村编号",
                "村名",
                "纬度",
                "经度",
                "人口",
                "收水开始",
                "收水结束",
                "水池容量",
            ],
            [430423201002.0, "东村", 27.16, 112.81, 100, dt.time(8), 0.75, "3吨"],
            [None, None, None, None, None, None, None, None],
            [1, "西村", 27.17, 112.8, 50.0, None, None, 2500],
        ],
        "水源": [["水源编号", "纬度", "经度", "可饮用"], ["S1", 27.15, 112.82, True]],
        "车场": [["车场编号", "纬度", "经度"], ["D1", 27.155, 112.81]],
        "车辆": [
            [
                "车辆编号",
                "载水量（吨）",
                "车场编号",
                "上班时间",
                "下班时间",
                "可装饮用水",
            ],
            [7, 2.3, "D1", dt.time(7), dt.timedelta(hours=25), "是"],
        ],
        "说明": [["whatever"]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book["村庄"]["A4"].number_format = "000"
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_workbook_with_chinese_sheets() -> None:
    scenario = read_scenario_files({"a.xlsx": saved(workbook())}, name="t", strict=True)
    first, second = scenario.villages
    assert (first.village_id, second.village_id) == ("430423201002", "001")
    assert first.windows == (TimeWindow(28800, 64800),)
    assert first.storage_l == 3000
    truck = scenario.trucks[0]
    assert (truck.truck_id, truck.capacity_l, truck.shift_end_s) == ("7", 2300, 90000)
    assert scenario.name == "示例"


def test_workbook_problems_name_sheet_and_row(tmp_path: Path) -> None:
    book = workbook()
    book["村庄"]["E4"] = -5
    book["车辆"]["B2"] = dt.datetime(2022, 1, 1)
    path = tmp_path / "day.xlsx"
    path.write_bytes(saved(book))
    with pytest.raises(DataError) as caught:
        read_scenario(path)
    assert "day.xlsx[村庄], row 4, 人口 = -5: must be >= 0" in str(caught.value)
    assert "day.xlsx[车辆], row 2, 载水量（吨）" in str(caught.value)


def test_workbook_without_a_sheet_and_with_an_odd_one() -> None:
    book = workbook()
    book.remove(book["车场"])
    book.create_sheet("草稿")["A1"] = 1
    with pytest.raises(DataError) as caught:
        read_scenario_files({"a.xlsx": saved(book)}, name="t")
    assert "depots: the table is missing" in str(caught.value)
    assert "a.xlsx[草稿]: is no known sheet" in str(caught.value)


@pytest.mark.parametrize("cut", [10, 300, 3000])
def test_corrupted_workbook(cut: int) -> None:
    data = saved(workbook())
    for broken in (data[:-cut], data[: len(data) // 2 - cut] + data[len(data) // 2 :]):
        with pytest.raises(DataError, match=r"a\.xlsx"):
            read_scenario_files({"a.xlsx": broken}, name="t")


def test_workbook_with_flipped_bytes_never_gives_a_traceback() -> None:
    data = bytearray(saved(workbook()))
    for position in range(0, len(data), 97):
        broken = bytearray(data)
        broken[position] ^= 0xFF
        with contextlib.suppress(DataError):
            assert read_scenario_files({"a.xlsx": bytes(broken)}, name="t").villages


def test_time_cell_past_midnight_in_a_clock_format() -> None:
    """A sheet shows 1.0417 days as 01:00; it is 25:00, not a date of 1900."""
    book = workbook()
    book["车辆"]["E2"] = 25 / 24
    book["车辆"]["E2"].number_format = "h:mm"
    scenario = read_scenario_files({"a.xlsx": saved(book)}, name="t")
    assert scenario.trucks[0].shift_end_s == 90000


def test_old_or_locked_workbook_is_told() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    with pytest.raises(DataError, match=r"save it as \.xlsx"):
        read_scenario_files({"a.xlsx": data}, name="t")


def zipped(prefix: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in tiny_files().items():
            archive.writestr(f"{prefix}{name}", data)
        archive.writestr("__MACOSX/._villages.csv", b"x")
    return out.getvalue()


def test_zip_names_in_gbk() -> None:
    """Zip programs on Chinese Windows write names without saying their encoding."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in tiny_files().items():
            archive.writestr(name.replace("villages", "ccdd"), data)
    content = out.getvalue().replace(b"ccdd", "村庄".encode("gbk"))
    assert len(read_scenario_files({"a.zip": content}, name="t").villages) == 2


@pytest.mark.parametrize("prefix", ["", "永和/", "a/b/"])
def test_zip_of_the_folder(prefix: str, tmp_path: Path) -> None:
    path = tmp_path / "永和.zip"
    path.write_bytes(zipped(prefix))
    scenario = read_scenario(path, strict=True)
    assert scenario.name == "永和"
    assert len(scenario.villages) == 2


def test_zip_with_the_same_table_twice() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/villages.csv", b"x")
        archive.writestr("b/villages.csv", b"x")
    with pytest.raises(DataError, match=r"holds villages\.csv twice"):
        read_scenario_files({"a.zip": out.getvalue()}, name="t")


def test_zip_bomb_is_refused_before_unpacking() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("villages.csv", b"0" * 30_000_000)
    for name in ("a.zip", "a.xlsx"):
        with pytest.raises(DataError, match="would unpack to 30 MB"):
            read_scenario_files({name: out.getvalue()}, name="t")


def test_too_much_to_unpack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_UNPACKED_BYTES", 100)
    with pytest.raises(DataError, match="would unpack to"):
        read_scenario_files({"a.zip": zipped("")}, name="t")


def test_too_large_a_file_is_refused_before_parsing(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "villages.csv").open("wb") as stream:
        stream.truncate(raw_module.MAX_FILE_BYTES + 1)
    with pytest.raises(DataError, match=r"villages\.csv: has 64 MB; at most 64 MB"):
        read_scenario(tmp_path)


def test_too_much_together_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve tables of 60 MB are no more welcome than one of 700."""
    monkeypatch.setattr(read_module, "MAX_TOTAL_BYTES", 500)
    with pytest.raises(DataError, match=r"villages\.csv: all files together have"):
        read_scenario(TINY)
    with pytest.raises(DataError, match="all files together have"):
        read_scenario_files(tiny_files(), name="t")


def test_too_many_rows_are_refused() -> None:
    data = b"village_id\n" + b"1\n" * 20
    with pytest.raises(TableError, match="more than 10 rows"):
        parse_csv(data, "villages.csv", max_rows=10)


def test_too_many_rows_of_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns_module, "_MAX_PLACES", 1)
    with pytest.raises(DataError, match="more than 1 rows"):
        read_scenario_files({"a.xlsx": saved(workbook())}, name="t")


def test_columns_in_any_order_and_matrix_rows_in_any_order() -> None:
    files = tiny_files()
    files["travel_s.csv"] = (
        b"place_id,002,S1,D1,001\n001,400,300,200,0\n002,0,700,600,500\n"
        b"S1,1200,0,1100,1000\nD1,900,800,0,100\n"
    )
    table = read_scenario_files(files, name="t", strict=True).travel_table
    assert table is not None
    assert table.place_ids == ("D1", "S1", "001", "002")
    assert table.seconds.tolist() == [
        [0, 800, 100, 900],
        [1100, 0, 1000, 1200],
        [200, 300, 0, 400],
        [600, 700, 500, 0],
    ]


@pytest.mark.parametrize("last", [b"0", b"0.0", b"word", b"0,7"])
def test_a_matrix_read_in_parts_is_the_same(
    monkeypatch: pytest.MonkeyPatch, last: bytes
) -> None:
    """Plain numbers at once; what the last row has else is seen with it."""
    text = (
        b"place_id,002,S1,D1,001\n001,400,300,200,0\n002,0,700,600,500\n"
        b"S1,1200,0,1100,1000\nD1,900,800," + last + b",100\n"
    )
    found = []
    for cells in (1, 9, 2_000_000):
        monkeypatch.setattr(matrices, "_CELLS", cells)
        matrix = matrices.fast_matrix(text)
        found.append(None if matrix is None else matrix[1].tolist())
    assert found[0] == found[1] == found[2]
    assert (found[0] is None) == (last != b"0")
    if last == b"0":
        assert found[0][:2] == [[0, 700, 600, 500], [1200, 0, 1100, 1000]]


def test_travel_times_are_rounded_up_and_may_lack_a_way() -> None:
    files = tiny_files()
    files["travel_s.csv"] = (
        b"place_id,D1,S1,001,002\nD1,0,1.2,-1,\nS1,1,0,1,1\n001,1,1,0,1\n002,1,1,1,0\n"
    )
    table = read_scenario_files(files, name="t").travel_table
    assert table is not None
    assert table.seconds[0].tolist() == [0, 2, -1, -1]
    assert table.metres is None
