"""The scenarios one can choose from, whatever lies in the folder."""

from __future__ import annotations

import pytest

from dispatch.web.catalog import Catalog


@pytest.mark.parametrize("text", ["a = " + "[" * 99_000, "a = 1\n#" + "x" * 3_000_000])
def test_the_list_stands_settings_that_are_none(tmp_path, text):
    """One hostile folder took the page of all others down."""
    folder = tmp_path / "data" / "odd"
    folder.mkdir(parents=True)
    (folder / "villages.csv").write_text("village_id\n")
    (folder / "scenario.toml").write_text(text)
    (entry,) = Catalog(tmp_path / "data", tmp_path / "jobs").entries()
    assert entry.title == "odd"
