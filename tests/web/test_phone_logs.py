"""What routes log: which, how it went, how long; nobody's name, number or link."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest

from dispatch import logs, settings
from dispatch.day import people
from tests.web.test_phone_http import event, form, picture
from tests.web.town import NOW

NAME = "欧阳小明"
PHONE = "13812345678"


@pytest.fixture
def lines(monkeypatch):
    """Set up logs as a server does, and give what was written by then."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.root, "level", logging.WARNING)
    monkeypatch.setenv(settings.LOG_ENV, "json")
    logs.set_up()
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_answer_is_a_line(town, lines):
    word = town.link(truck="T1")
    town.get(f"/d/{word}/today")
    town.get("/d/guess/today")
    first, second = lines()
    assert first["logger"] == "dispatch.web.phone.links"
    assert (first["route"], first["status"], first["township"]) == ("today", 200, "1")
    assert isinstance(first["seconds"], float)
    assert (second["route"], second["status"]) == ("today", 404)
    assert "township" not in second


def test_nobody_is_in_the_lines_whatever_is_asked(town, lines):
    """Names, telephones and words of links stand in what is asked, and it fails."""
    word, village = town.link(truck="T1"), town.link(village="V1")
    setup = people.add(town.db, NAME, "coordinator", who="test", at=NOW)
    said = f"{NAME} {PHONE}"
    rows = [
        event("k1", reason=said),
        event(said, reason=said),
        event("k2", place=said),
        event("k3", kind=said),
        event("k4", at=said),
        event("k5", litres=said),
        event("k6", corrects=said, chlorine=said),
        event("k7", kind="confirmed", code=said),
        {"key": said},
        said,
    ]
    town.post(word, *rows)
    for path in (f"/d/{word}", f"/v/{village}", f"/setup/{setup}", f"/d/{PHONE}"):
        town.get(path)
        town.get(f"{path}?lang={PHONE}&name={PHONE}", user_agent=PHONE)
    town.call("POST", f"/d/{word}/photos/k1", said.encode())
    town.call("POST", f"/d/{word}/photos/k1", picture())
    town.call("POST", f"/d/{word}/photos/{PHONE}", said.encode())
    town.call("POST", f"/d/{word}/events", said.encode())
    town.call("POST", f"/d/{word}/events", b"x" * 2_000_000)
    town.call("POST", f"/setup/{setup}", form(said, PHONE))
    town.call("POST", f"/setup/{setup}", form(said))

    def fail(*arguments, **options):
        raise RuntimeError(f"{said} {word}")

    town.pages._phones.today = town.pages._phones.take = fail
    town.pages._phones.village = fail
    assert town.get(f"/d/{word}/today").status == 500
    assert town.get(f"/v/{village}").status == 500
    body = json.dumps({"events": rows}).encode()
    assert town.call("POST", f"/d/{word}/events", body).status == 500

    def broken():
        raise RuntimeError(f"{said} {word}")

    town.pages._store = broken
    assert town.get("/health").status == 500
    written = lines()
    assert {line.get("status") for line in written} >= {200, 404, 413, 415, 422, 500}
    assert any(line["level"] == "ERROR" for line in written)
    text = json.dumps(written, ensure_ascii=False)
    for secret in (NAME, "欧阳", PHONE, word, village, setup, "老王", "000-1"):
        assert secret not in text
