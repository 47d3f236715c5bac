"""What people met on the pages in the field: lost files, settings, cells, addresses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import dispatch.web
from dispatch import settings
from dispatch.files.scenario.write import write_scenario_xlsx
from dispatch.web import address
from dispatch.web.uploads import merged_files
from tests.web.browsing import settled

if TYPE_CHECKING:
    import pandas as pd

MAIN = Path(dispatch.web.__file__).with_name("main.py")


@pytest.fixture
def app(catalog):
    return AppTest.from_file(str(MAIN), default_timeout=30)


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


def test_settings_and_view_survive_a_refresh(app, planned) -> None:
    app.run()
    app.number_input(key="seconds").set_value(60)
    app.number_input(key="equity").set_value(4)
    app.run()
    app.segmented_control(key="view").set_value("coverage").run()
    assert not app.exception
    query = app.query_params
    found = [query[name] for name in ("seconds", "equity", "view")]
    assert found == ["60", "4", "coverage"]
    again = AppTest.from_file(str(MAIN), default_timeout=30)
    for name in ("seconds", "equity", "view"):
        again.query_params[name] = query[name]
    again.run()
    assert not again.exception
    assert again.number_input(key="seconds").value == 60
    assert again.number_input(key="equity").value == 4
    assert again.session_state["view"] == "coverage"


@pytest.mark.parametrize("text", ["-5", "1e3", "99999999999", "²", "", "4000"])
def test_no_sense_in_the_address_is_no_setting(app, text: str) -> None:
    app.query_params["seconds"] = text
    app.query_params["view"] = text
    app.run()
    assert not app.exception
    assert app.number_input(key="seconds").value == 0


def _page(name: str) -> None:
    """Show one page, or the editor of a table with what was typed into it."""
    import streamlit as st

    from dispatch.web.catalog import Catalog
    from dispatch.web.context import Context, Frame, load
    from dispatch.web.views import editor, places, volunteer
    from dispatch.words.words import Words

    catalog = Catalog.from_env()
    entry, t = catalog.entry("town"), Words("zh")
    st.session_state["frame"] = Frame(catalog, entry, t)
    if name == "places":
        places.show()
    elif name == "volunteer":
        volunteer.show()
    else:
        context = Context(catalog, entry, t)
        editor.remind(context)
        if st.session_state.get("where") != "elsewhere":
            editor.show(context, load(context), only="villages")
        else:
            editor.forget()


def page_of(name: str) -> AppTest:
    return AppTest.from_function(_page, kwargs={"name": name}, default_timeout=30)


def test_nothing_older_is_saved_after_an_unreadable_paste(catalog) -> None:
    """A position pasted before was still offered, and saved, after the paste of abc."""
    app = page_of("places").run()
    app.selectbox(key="place").set_value("V2")
    app.text_input(key="place_text").set_value("28.0098,115.0003").run()
    assert app.button(key="place_save")
    app.text_input(key="place_text").set_value("abc").run()
    assert not app.exception
    assert "读不出位置" in app.error[0].value
    assert [b.key for b in app.button if b.key == "place_save"] == []
    # A click on the map after it counts, though the text still stands there.
    app.session_state["place_pending"] = (28.0097, 115.0002)
    app.run()
    app.button(key="place_save").click().run()
    village = next(
        v for v in catalog.store.drafts.read("town")[1].villages if v.lat != 28.0
    )
    assert (village.lat, village.lon) == pytest.approx((28.0097, 115.0002))


@pytest.fixture
def typing(monkeypatch) -> dict[str, str]:
    """Give a dict: what is put under "population" is typed into the first row."""
    typed: dict[str, str] = {}

    def data_editor(frame: pd.DataFrame, *, key: str, **_: object) -> pd.DataFrame:
        st.session_state.setdefault(key, "drawn")
        value = typed.get("population", frame["population"].iloc[0])
        return frame.assign(population=[value, *frame["population"][1:]])

    monkeypatch.setattr(st, "data_editor", data_editor)
    return typed


def test_a_wrong_cell_waits_until_it_is_mended_or_given_up(catalog, typing) -> None:
    """Who typed abc, looked at the map and came back, found nothing and no word."""
    app = page_of("editor")
    typing["population"] = "abc"
    app.run()
    assert not app.exception
    assert "abc" in str(app.dataframe[0].value)
    typing.clear()
    app.session_state["where"] = "elsewhere"
    app.run()
    assert any(
        "送水点" in item.value and "没保存" in item.value for item in app.warning
    )
    app.session_state["where"] = "back"
    app.run()
    assert "abc" in str(app.dataframe[0].value)
    assert catalog.store.drafts.read("town") is None
    app.button(key="give_up").click().run()
    assert not app.exception
    assert list(app.dataframe) == []
    assert list(app.warning) == []


def test_what_cannot_be_put_back_is_told(catalog, scenario, typing) -> None:
    """Somebody saved the same table meanwhile: their edits stay, ours are listed."""
    app = page_of("editor")
    typing["population"] = "abc"
    app.run()
    typing.clear()
    app.session_state["where"] = "elsewhere"
    app.run()
    villages = (replace(scenario.villages[0], population=77), scenario.villages[1])
    catalog.store.drafts.save("town", replace(scenario, villages=villages))
    app.session_state["where"] = "back"
    app.run()
    assert any("population 1 = abc" in item.value for item in app.warning)
    assert catalog.store.drafts.read("town")[1].villages[0].population == 77


def test_the_code_for_phones_is_there_where_the_server_says_so(catalog, monkeypatch):
    monkeypatch.setenv(settings.PUBLIC_ENV, "http://192.168.1.7:8501")
    app = page_of("volunteer").run()
    assert not app.exception
    assert app.code[0].value.startswith("http://192.168.1.7:8501/driver?")
    monkeypatch.delenv(settings.PUBLIC_ENV)
    app = page_of("volunteer").run()
    assert list(app.code) == []
    assert "二维码" in app.info[0].value


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


def test_a_mended_upload_is_simply_uploaded_again(
    server, watched, scenario, tmp_path
) -> None:
    """The box kept the failed file, and the mended one came as its double."""
    address_, _ = server
    open_page, wrong = watched
    good = write_scenario_xlsx(scenario, tmp_path / "good.xlsx")
    book = openpyxl.load_workbook(good)
    sheet = book["村庄"]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("人口") + 1).value = "很多"
    book.save(tmp_path / "bad.xlsx")
    page = open_page(address_)
    page.get_by_text("还没有数据").wait_for(timeout=30_000)
    page.locator('input[type="file"]').set_input_files(str(tmp_path / "bad.xlsx"))
    page.get_by_text("会替换有问题的那个").wait_for(timeout=20_000)
    settled(page)
    page.locator('input[type="file"]').set_input_files(str(good))
    page.get_by_text("已读入").wait_for(timeout=20_000)
    settled(page)
    assert page.get_by_text("会替换有问题的那个").count() == 0
    assert wrong == []
