"""Every folder of tests/data/bad stops with a sentence; every one of odd warns."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dispatch.errors import DataError, DispatchError
from dispatch.files.scenario.read import read_scenario

DATA = Path(__file__).parents[2] / "data"


def cases(kind: str) -> list[Path]:
    folders = sorted((DATA / kind).iterdir())
    assert folders
    return folders


def overlaid(case: Path, folder: Path) -> list[str]:
    """Put the files of a case over the tiny good scenario; return what to expect."""
    shutil.copytree(DATA / "tiny", folder, dirs_exist_ok=True)
    shutil.copytree(case, folder, dirs_exist_ok=True)
    expect = folder / "expect.txt"
    lines = expect.read_text(encoding="utf-8").splitlines()
    expect.unlink()
    return lines


def test_the_tiny_scenario_is_good() -> None:
    """Otherwise every case below could fail for another reason."""
    scenario = read_scenario(DATA / "tiny", strict=True)
    assert [village.village_id for village in scenario.villages] == ["001", "002"]


@pytest.mark.parametrize("case", cases("bad"), ids=lambda path: path.name)
def test_bad_input_is_refused_with_a_sentence(case: Path, tmp_path: Path) -> None:
    expected = overlaid(case, tmp_path)
    with pytest.raises(DataError) as caught:
        read_scenario(tmp_path)
    assert isinstance(caught.value, (DispatchError, ValueError))
    assert any(problem.severity == "error" for problem in caught.value.problems)
    for part in expected:
        assert part in str(caught.value)


@pytest.mark.parametrize("case", cases("odd"), ids=lambda path: path.name)
def test_odd_input_is_read_with_a_warning(case: Path, tmp_path: Path) -> None:
    expected = overlaid(case, tmp_path)
    scenario = read_scenario(tmp_path)
    told = "\n".join(str(problem) for problem in scenario.warnings)
    for part in expected:
        assert part in told
    with pytest.raises(DataError):
        read_scenario(tmp_path, strict=True)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("scenario.toml", "scenario.toml: is missing"),
        ("villages.csv", "villages.csv: the table is missing"),
        ("sources.csv", "sources.csv: the table is missing"),
        ("depots.csv", "depots.csv: the table is missing"),
        ("trucks.csv", "trucks.csv: the table is missing"),
    ],
)
def test_a_missing_file_is_named(name: str, part: str, tmp_path: Path) -> None:
    shutil.copytree(DATA / "tiny", tmp_path, dirs_exist_ok=True)
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=part):
        read_scenario(tmp_path)


def test_one_mistake_is_one_problem(tmp_path: Path) -> None:
    """A depot with a wrong position must not make its trucks wrong as well."""
    shutil.copytree(DATA / "tiny", tmp_path, dirs_exist_ok=True)
    (tmp_path / "depots.csv").write_text("depot_id,lat,lon\nD1,x,112.8\n")
    with pytest.raises(DataError) as caught:
        read_scenario(tmp_path)
    assert len(caught.value.problems) == 1


def test_many_rows_alike_are_folded(tmp_path: Path) -> None:
    """A wrong column in 3,000 rows is one thing to mend, not 3,000."""
    shutil.copytree(DATA / "tiny", tmp_path, dirs_exist_ok=True)
    rows = "".join(f"V{i},27.16,112.81,x\n" for i in range(3000))
    (tmp_path / "villages.csv").write_text(f"village_id,lat,lon,population\n{rows}")
    with pytest.raises(DataError) as caught:
        read_scenario(tmp_path)
    assert len(caught.value.problems) == 21
    assert "2980 more rows" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("nowhere", "no such file or folder"),
        ("notes.pdf", "a scenario is a folder"),
        ("villages.csv", "give the folder that it is in"),
    ],
)
def test_a_wrong_path_is_told(name: str, part: str, tmp_path: Path) -> None:
    if name != "nowhere":
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(DataError, match=part):
        read_scenario(tmp_path / name)
