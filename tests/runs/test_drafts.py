"""Edits and uploads: kept, dropped, and said to be lost where they are."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.errors import DataError
from dispatch.web.catalog import Catalog

HEPING = Path(__file__).parents[2] / "data" / "heping"


def test_drafts_are_kept_dropped_and_out_of_git(store, scenario):
    store.drafts.save("upload:x/../y", scenario)
    assert store.drafts.read("upload:x/../y")[1] == scenario
    assert store.drafts.keys() == ["upload:x/../y"]
    assert (store.folder / "drafts" / ".gitignore").read_text() == "*\n"
    store.drafts.drop("upload:x/../y")
    assert store.drafts.read("upload:x/../y") is None
    assert store.drafts.keys() == []


def test_edits_of_an_earlier_version_are_said_to_be_lost(store, scenario):
    store.drafts.save("town", scenario)
    (draft,) = (store.folder / "drafts").glob("[0-9a-f]*")
    shutil.rmtree(draft)
    draft.with_suffix(".pickle").write_bytes(b"of an earlier version")
    assert store.drafts.read("town") is None
    assert store.drafts.is_lost("town")
    store.drafts.save("town", scenario)
    assert not store.drafts.is_lost("town")
    draft.with_suffix(".pickle").write_bytes(b"of an earlier version")
    store.drafts.drop("town")
    assert not store.drafts.is_lost("town")


def test_a_draft_is_read_anew_once_it_is_saved_again(store, scenario):
    """It is kept in memory, since every page reads it."""
    store.drafts.save("town", scenario)
    assert store.drafts.read("town")[1] is store.drafts.read("town")[1]
    store.drafts.save("town", replace(scenario, equity_steps=4))
    assert store.drafts.read("town")[1].equity_steps == 4


def put(path, **members):
    """Write a snapshot of a scenario, with some of its members changed."""
    with zipfile.ZipFile(path) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in {**old, **members}.items():
            archive.writestr(name, value)


@pytest.mark.parametrize("kind", ["format", "later", "fields", "tail", "noise", "gone"])
def test_a_draft_that_is_lost_is_told(store, scenario, caplog, kind):
    """It gave a traceback in the log, and an upload vanished from the list."""
    store.drafts.save("upload:day", scenario)
    (path,) = store.folder.glob("drafts/*/scenario.zip")
    with zipfile.ZipFile(path) as archive:
        document = json.loads(archive.read("scenario.json"))
    if kind == "format":
        put(path, **{"scenario.json": json.dumps({**document, "format": "other/2"})})
    elif kind == "later":
        document["villages"][0]["field_of_a_later_version"] = 1
        put(path, **{"scenario.json": json.dumps(document)})
    elif kind == "fields":
        put(path, **{"scenario.json": '{"name": "x"}'})
    elif kind == "tail":
        path.write_bytes(path.read_bytes()[:-9])
    elif kind == "noise":
        path.write_bytes(b"no zip")
    else:
        path.unlink()
    catalog = Catalog(store.folder / "data", store.folder)
    assert store.drafts.read("upload:day") is None
    assert store.drafts.is_lost("upload:day")
    assert "Traceback" not in caplog.text
    assert kind == "gone" or caplog.text.count("draft") >= 1
    assert store.drafts.keys() == []
    assert store.drafts.keys(lost=True) == ["upload:day"]
    (entry,) = catalog.entries()
    with pytest.raises(DataError) as caught:
        catalog.load(entry)
    assert "请重新上传文件" in caught.value.text("zh")


def test_a_draft_without_a_readable_head_is_left_alone(store, scenario):
    store.drafts.save("old", scenario)
    next(store.folder.glob("drafts/*/draft.json")).write_bytes(b"no json")
    assert store.drafts.read("old") is None
    assert store.drafts.is_lost("old")
    assert store.drafts.keys() == store.drafts.keys(lost=True) == []


def test_lost_edits_are_a_warning_of_the_scenario(store, tmp_path):
    """The files are shown as they are, and the page says that edits are missing."""
    shutil.copytree(HEPING, tmp_path / "data" / "heping")
    catalog = Catalog(tmp_path / "data", store.folder)
    (entry,) = catalog.entries()
    loaded = catalog.load(entry)
    assert not loaded.scenario.warnings
    store.drafts.save("heping", loaded.scenario)
    assert catalog.load(entry).edited is not None
    next(store.folder.glob("drafts/*/scenario.zip")).write_bytes(b"of another version")
    told = catalog.load(entry)
    assert told.edited is None
    (problem,) = told.scenario.warnings
    assert "另一个版本的程序存的" in problem.text("zh")


def test_a_list_of_many_drafts_reads_each_of_them_once(store, scenario, monkeypatch):
    """Every page lists all drafts, more than scenarios are kept in memory."""
    from dispatch.runs import drafts

    num_read = []
    real = drafts.scenario_from_bytes
    monkeypatch.setattr(
        drafts, "scenario_from_bytes", lambda data: num_read.append(1) or real(data)
    )
    keys = [f"upload:{number:02d}" for number in range(12)]
    for key in keys:
        store.drafts.save(key, scenario)
    for _ in range(3):
        assert store.drafts.keys() == keys
        assert store.drafts.keys(lost=True) == []
    assert len(num_read) == len(keys)
