"""The package's front door, and Ctrl-C as the run sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from rich.console import Console

import dispatch
from dispatch.cli.progress import PlainLines, ended_by_ctrl_c
from dispatch.solver.params import Progress
from dispatch.words.words import Words


def test_every_exported_name_can_be_loaded() -> None:
    for name in dispatch.__all__:
        assert getattr(dispatch, name).__name__ == name
    assert set(dispatch.__all__) <= set(dir(dispatch))


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="solv_it"):
        dispatch.solv_it  # noqa: B018  # looking it up is the test


@pytest.mark.parametrize("module", ["dispatch", "dispatch.cli"])
def test_import_loads_nothing_heavy(module: str) -> None:
    """`dispatch --help` answers at once: OR-Tools and pandas take seconds."""
    heavy = ["ortools", "numba", "pandas", "streamlit", "folium", "fpdf"]
    code = f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to itself")
def test_second_ctrl_c_aborts() -> None:
    """The first one asks for the best plan so far; afterwards all is as before."""
    before = signal.getsignal(signal.SIGINT)
    console = Console(stderr=True, quiet=True)
    with ended_by_ctrl_c(console, Words("en")) as stop:
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_plain_lines_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    """A log of a long run has a line per phase and one every ten seconds."""
    show = PlainLines(Console(), Words("en"))
    for tenth in range(250):
        show(
            Progress(
                phase="search",
                fraction=tenth / 250,
                elapsed_s=tenth / 10,
                served_l={"survival": 1200},
                bound_l=3400,
            )
        )
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["0.0", "10.0", "20.0"]
    assert "1,200 L served" in lines[0]
    assert "3,400 L" in lines[0]
