"""The scenarios one can choose from, whatever lies in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.files.scenario.write import write_scenario
from dispatch.runs.drafts import Drafts
from dispatch.web.catalog import Catalog


@pytest.fixture
def catalog(tmp_path, scenario):
    write_scenario(scenario, tmp_path / "data" / "town")
    return Catalog(tmp_path / "data")


def test_it_finds_folders_workbooks_and_uploads_of_before(catalog, scenario):
    (catalog.data_dir / "day.xlsx").write_bytes(b"")
    (catalog.data_dir / "notes").mkdir()
    Drafts(catalog.data_dir / ".jobs" / "drafts").save("upload:新的", scenario)
    entries = catalog.entries()
    assert [entry.key for entry in entries] == ["day.xlsx", "town", "upload:新的"]
    assert [entry.title for entry in entries] == ["day", "小镇", "新的"]
    assert catalog.load(entries[2]).scenario == scenario
    assert Catalog(Path("/no/such/folder")).entries() == []
    assert Catalog(Path("/no/such/folder")).num_runs() == 0


def test_a_scenario_is_read_again_when_a_file_changes(catalog):
    (entry,) = catalog.entries()
    first = catalog.load(entry).scenario
    assert catalog.load(entry).scenario is first
    path = catalog.data_dir / "town" / "villages.csv"
    path.write_text(path.read_text("utf-8").replace("上村", "新上村"), "utf-8")
    assert catalog.load(entry).scenario.villages[0].name == "新上村"


@pytest.mark.parametrize("text", ["a = " + "[" * 99_000, "a = 1\n#" + "x" * 3_000_000])
def test_the_list_stands_settings_that_are_none(tmp_path, text):
    """One hostile folder took the page of all others down."""
    folder = tmp_path / "data" / "odd"
    folder.mkdir(parents=True)
    (folder / "villages.csv").write_text("village_id\n")
    (folder / "scenario.toml").write_text(text)
    (entry,) = Catalog(tmp_path / "data", tmp_path / "jobs").entries()
    assert entry.title == "odd"
