"""`dispatch day paper`: everything on paper, of one version."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import pypdf
import pytest

from dispatch.files.plan.papers import PAPERS
from tests.cli.test_day_commands import HEPING, ON, QUICK, TOWN, Shell

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Give a folder to be made; the store may be beside it."""
    return tmp_path / "paper"


@pytest.fixture
def shell(db) -> Shell:
    """Give a store with a planned day of twelve households."""
    shell = Shell(db.url.render_as_string(hide_password=False))
    shell.run("store", "init")
    shell.run("store", "import", HEPING, *TOWN)
    shell.run("day", "plan", *ON, *QUICK)
    return shell


def text_of(path: Path) -> str:
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    return "".join(page.extract_text().replace("\0", "") for page in reader.pages)


def test_all_papers_of_a_version_are_written(shell: Shell, out: Path) -> None:
    shell.run("day", "paper", *ON, "--out", out, code=2)  # none is published
    answer = shell.run("day", "paper", *ON, "--version", 1, "--out", out)
    assert (answer["version"], answer["status"]) == (1, "draft")
    assert answer["files"] == list(PAPERS)
    assert {path.name for path in out.iterdir()} == {*PAPERS}
    assert all("草稿 DRAFT" in text_of(out / name) for name in PAPERS)
    shell.run("day", "publish", *ON, "--version", 1, "--when", "06:10")
    shell.run("day", "paper", *ON, "--out", out, "--start", "http://a.example")
    told = dt.date.fromisoformat(ON[-1]).isoformat()
    for name in PAPERS:
        text = text_of(out / name)
        assert f"第 1 版 · 已发布 · 发布时间 {told} 06:10" in text
        assert "DRAFT" not in text
    assert "扫码打开网页" in text_of(out / "sheets.pdf")


def test_a_second_version_has_a_list_of_calls(shell: Shell, out: Path) -> None:
    shell.run("day", "publish", *ON, "--version", 1, "--when", "06:10")
    shell.run("day", "replan", *ON, "--now", "10:00", "--late", "T1=90", *QUICK)
    answer = shell.run(
        "day", "paper", *ON, "--version", 2, "--out", out, "--lang", "en"
    )
    assert answer["files"] == [*PAPERS, "calls.pdf"]
    text = text_of(out / "calls.pdf")
    assert "Compared with version 1" in text
    assert "Version 2 · draft" in text
    # Of the first version again: nobody knew another one, and no old list is left.
    shell.run("day", "paper", *ON, "--version", 1, "--out", out)
    assert not (out / "calls.pdf").exists()


def test_an_unknown_version_is_told(shell: Shell, out: Path) -> None:
    shell.run("day", "paper", *ON, "--version", 9, "--out", out, code=2)
    assert not out.exists()
