"""What people met on the pages in the field: lost files, settings, addresses."""

from __future__ import annotations

import pytest

from dispatch.web import address
from dispatch.web.uploads import merged_files
from tests.web.office import shown


def test_a_mended_workbook_replaces_the_failed_one() -> None:
    """Both were read together before: every row was there twice."""
    assert merged_files({"a.xlsx": b"bad"}, {"b.xlsx": b"good"}) == {"b.xlsx": b"good"}
    kept = {"villages.csv": b"bad", "trucks.csv": b"t"}
    assert merged_files(kept, {"b.xlsx": b"good"}) == {"b.xlsx": b"good"}


@pytest.mark.parametrize(
    "name",
    [
        "villages.csv",
        "villages (1).csv",
        "villages(2).csv",
        "villages（1）.csv",
        "villages - 副本.csv",
        "villages - 副本 (3).csv",
        "Villages.csv",
    ],
)
def test_a_mended_table_replaces_its_own(name: str) -> None:
    kept = {"villages.csv": b"bad", "trucks.csv": b"t"}
    found = merged_files(kept, {name: b"good"})
    assert sorted(found.values()) == [b"good", b"t"]
    assert {n.casefold() for n in found} == {"villages.csv", "trucks.csv"}
    # A workbook that failed is gone once tables come.
    assert merged_files({"a.xlsx": b"bad"}, {name: b"good"}).keys() == {
        next(n for n in found if n != "trucks.csv")
    }


def test_settings_and_view_survive_a_refresh(office) -> None:
    office.plan()
    app = office.page("plan")
    app.number_input(key="seconds").set_value(60)
    app.number_input(key="seed").set_value(4)
    shown(app)
    app.segmented_control(key="view").set_value("coverage")
    shown(app)
    query = app.query_params
    kept = {name: query[name] for name in ("seconds", "seed", "view")}
    assert kept == {"seconds": "60", "seed": "4", "view": "coverage"}
    again = office.page("plan", asked=kept)
    assert again.number_input(key="seconds").value == 60
    assert again.number_input(key="seed").value == 4
    assert again.session_state["view"] == "coverage"


@pytest.mark.parametrize("text", ["-5", "1e3", "99999999999", "²", "", "4000"])
def test_no_sense_in_the_address_is_no_setting(office, text: str) -> None:
    office.plan()
    names = ("seconds", "view", "version", "date", "township", "lang")
    app = office.page("plan", asked=dict.fromkeys(names, text))
    assert app.number_input(key="seconds").value == 0
    assert app.segmented_control(key="view").value == "map"


def test_the_address_for_phones() -> None:
    assert address.public_url("127.0.0.1", 8501) is None
    assert address.public_url("localhost", 8501) is None
    assert address.public_url("::1", 8501) is None
    found = address.public_url("0.0.0.0", 8501, find=lambda: "192.168.1.7")
    assert found == "http://192.168.1.7:8501"
    assert address.public_url("::", 80, find=lambda: "fd00::7") == "http://[fd00::7]:80"
    assert address.public_url("0.0.0.0", 8501, find=lambda: None) is None
    assert address.public_url("10.0.0.5", 99) == "http://10.0.0.5:99"
    assert address.local_url("0.0.0.0", 8501) == "http://localhost:8501"
    assert address.local_url("10.0.0.5", 99) == "http://10.0.0.5:99"
