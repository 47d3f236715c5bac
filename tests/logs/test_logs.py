"""Lines of services: JSON where the environment says so, and nobody in them."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

from dispatch import logs, settings

WORD = "Zm9vYmFyYmF6cXV4-_"


@pytest.fixture
def stderr(monkeypatch, capsys):
    """Set up logs, and give what was written by then; undone afterwards."""
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.root, "level", logging.WARNING)

    def lines(*, as_json, level=logging.WARNING):
        monkeypatch.setenv(settings.LOG_ENV, "json" if as_json else "")
        logs.set_up(level=level)
        return lambda: capsys.readouterr().err.splitlines()

    return lines


def test_a_line_is_one_object(stderr):
    written = stderr(as_json=True)
    extra = {
        "route": "today",
        "status": 200,
        "seconds": 0.01,
        "township": "430423",
        "person": "老王",
    }
    logging.getLogger("dispatch.x").info("answered\n%s", "twice", extra=extra)
    (line,) = written()
    values = json.loads(line)
    assert len(values.pop("time")) == len("2022-09-06T08:00:00.000")
    assert values == {
        "level": "INFO",
        "logger": "dispatch.x",
        "message": "answered\ntwice",
        "route": "today",
        "status": 200,
        "seconds": 0.01,
        "township": "430423",
    }


def test_without_the_setting_a_line_is_text(stderr):
    written = stderr(as_json=False)
    logging.getLogger("dispatch.x").info("small")
    logging.getLogger("dispatch.x").warning("says %s", "so")
    (line,) = written()
    assert line.endswith("WARNING says so")


@pytest.mark.parametrize("as_json", [True, False])
def test_links_and_telephones_are_hidden(stderr, as_json):
    written = stderr(as_json=as_json)
    for kind in ("d", "v", "setup"):
        logging.warning('"POST /%s/%s/events?x=1" from 13812345678', kind, WORD)
    logging.warning("call 0731-8123456 or 073181234567; 20220906080000 litres 100000")
    text = "\n".join(written())
    for hidden in (WORD, "13812345678", "0731", "8123456"):
        assert hidden not in text
    assert "/d/…/events?x=1" in text
    assert "20220906080000 litres 100000" in text


def test_an_error_is_its_class_and_its_places(stderr):
    """Its text may hold what somebody typed."""
    written = stderr(as_json=True)

    def fail():
        raise ValueError("老王 000-1")

    try:
        fail()
    except ValueError:
        logging.getLogger("x").exception("it failed")
    (line,) = written()
    assert "老王" not in line
    values = json.loads(line)
    assert values["error"] == "ValueError"
    assert values["places"][-1].endswith("fail")


def test_lines_of_libraries_are_json_too(stderr, capsys):
    """Streamlit and uvicorn bring handlers of their own."""
    library = logging.getLogger("a_library")
    library.addHandler(logging.StreamHandler())
    library.propagate = False
    written = stderr(as_json=True)
    library.warning("hello")
    (line,) = written()
    assert json.loads(line)["logger"] == "a_library"


def test_the_program_that_waits_for_nothing_logs_json(tmp_path, monkeypatch):
    """A worker without a store says so as an object, and its address stays out."""
    address = "postgresql://dispatch:s3cret@localhost:1/none"
    monkeypatch.setenv(settings.LOG_ENV, "json")
    monkeypatch.setenv(settings.STORE_ENV, address)
    done = subprocess.run(
        [sys.executable, "-m", "dispatch.runs.worker"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    values = [json.loads(line) for line in done.stderr.splitlines()]
    assert values[-1]["level"] == "ERROR"
    assert "s3cret" not in done.stderr
