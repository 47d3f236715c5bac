"""Paper, workbook and tracks speak the language that was asked for."""

from __future__ import annotations

import ast
import dataclasses
import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pypdf
import pytest

import dispatch
from dispatch.check.facts import Violation
from dispatch.files.plan.on_paper import OnPaper
from dispatch.files.plan.sheets import sheets_pdf
from dispatch.files.plan.workbook import plan_xlsx
from dispatch.files.plan.write import write_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.model.plan import Cause, Plan
from dispatch.words.message import say
from tests.files.plan.small_plan import TINY, small_plan

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.words.message import Lang

CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
SOURCES = Path(dispatch.__file__).parent
#: Folders and modules whose sentences come from the tables of words alone.
ROOMS = (
    *("check", "files/plan", "maps", "runs", "web", "cli", "planning"),
    "errors.py",
)
#: Chinese that is no sentence: both languages at once, or what people write.
OTHERWISE = {
    **{
        f"cli/{name}.py": "help in both languages"
        for name in (
            *("backup", "commands", "database", "day", "paper", "request"),
            *("sheets", "store", "user", "worker"),
        )
    },
    "files/plan/font.py": "the mark of a missing glyph",
    "maps/basemap.py": "classes of roads in files",
    "web/main.py": "the title before a language is chosen",
    "maps/tiles.py": "the credit that the service asks for",
    "web/uploads.py": "what a browser adds to the name of a copy",
    "web/views/editor.py": "units as people write them",
}


def writers() -> list[str]:
    found = set()
    for room in ROOMS:
        path = SOURCES / room
        files = [path] if path.suffix else list(path.rglob("*.py"))
        found |= {str(file.relative_to(SOURCES)) for file in files}
    return sorted(found - OTHERWISE.keys())


WRITERS = writers()


def latin_day() -> tuple[Plan, Scenario, Travel]:
    """Return a day whose names are all Latin, with all that a sheet can say."""
    tiny = read_scenario(TINY)
    first, *others = tiny.villages
    hand_over = {"transfer_lat": 27.17, "transfer_lon": 112.83, "transfer_by": "cart"}
    truck = dataclasses.replace(
        tiny.trucks[0], plate="HD-1", driver="Li", potable=False
    )
    tap = "Tap \U0001f6b0"  # no glyph
    scenario = dataclasses.replace(
        tiny,
        name="tiny",
        depots=tuple(dataclasses.replace(d, name="Yard") for d in tiny.depots),
        sources=tuple(
            dataclasses.replace(s, name="Works", kind="works") for s in tiny.sources
        ),
        villages=(
            dataclasses.replace(first, name="East", township="", **hand_over),
            *(
                dataclasses.replace(v, name=f"{tap} {i}", township="")
                for i, v in enumerate(others)
            ),
        ),
        trucks=(truck, dataclasses.replace(truck, truck_id="T2", plate="HD-2")),
    )
    plan, scenario, travel = small_plan(scenario)
    outcomes = list(plan.villages)
    causes = (Cause("fleet_busy", 1200), Cause("bay_queue", 5))
    outcomes[0] = dataclasses.replace(outcomes[0], reason="fleet_busy", causes=causes)
    done = {plan.routes[0].truck_id: 3}
    return (
        dataclasses.replace(plan, villages=tuple(outcomes), done=done),
        scenario,
        travel,
    )


def pdf_text(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    told = str((reader.metadata or {}).get("/Title", ""))
    pages = [page.extract_text().replace("\0", "") for page in reader.pages]
    return "\n".join([told, *pages])


def book_text(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [str(cell.value or "") for sheet in book for row in sheet for cell in row]
    feet = [str(sheet.oddFooter.left.text) for sheet in book]
    return "\n".join([str(book.properties.title), *book.sheetnames, *feet, *cells])


def past_of(plan: Plan) -> list[Violation]:
    stop = plan.routes[0].stops[1]
    said = say("broken.fast_filling", took=1, litres=2, needed=3.0)
    return [Violation(3, said, plan.routes[0].truck_id, stop.place_id, 1)]


@pytest.mark.parametrize(("lang", "is_chinese"), [("en", False), ("zh", True)])
def test_a_sheet_is_in_one_language(lang: Lang, is_chinese: bool) -> None:
    plan, scenario, _ = latin_day()
    text = pdf_text(
        sheets_pdf(OnPaper(plan, scenario, is_estimate=True, past=past_of(plan)), lang)
    )
    text = text.replace("〓", "")  # the mark of a missing glyph, in any language
    assert bool(CHINESE.search(text)) is is_chinese
    told = {
        "en": (
            *("Deliveries", "Trip 1", "3,000 L", "Leave  Yard", "Fill Works"),
            *("bay 1", "1,000 L left", "tank empty", "Break 30 min", "U+1F6B0"),
            *("stop at the transfer point, cart", "straight lines", "NOT for people"),
            *("already done: 1.", "filling lasts 1 s", "nothing to do", "page 1/1"),
        ),
        "zh": ("送水单", "第 1 趟", "3,000 升", "停在交接点，cart", "装水用时 1 秒"),
    }[lang]
    assert [part for part in told if part not in text] == []


@pytest.mark.parametrize(("lang", "is_chinese"), [("en", False), ("zh", True)])
def test_a_workbook_is_in_one_language(lang: Lang, is_chinese: bool) -> None:
    plan, scenario, _ = latin_day()
    text = book_text(plan_xlsx(plan, scenario, lang))
    assert bool(CHINESE.search(text)) is is_chinese
    told = {
        "en": ("Truck trips", "Not enough trucks 1,200 L; Queue at filling bays 5 L"),
        "zh": ("车辆行程", "车辆不够 1,200 升；装水口排队 5 升"),
    }[lang]
    assert [part for part in told if part not in text] == []


def test_everything_written_in_english_is_english(tmp_path: Path) -> None:
    plan, scenario, travel = latin_day()
    written = write_plan(plan, scenario, travel, tmp_path, lang="en")
    texts = {
        path.name: path.read_text("utf-8-sig")
        for path in written
        if path.suffix in (".gpx", ".kml", ".csv")
    }
    assert len(texts) == 4
    texts["plan.xlsx"] = book_text((tmp_path / "plan.xlsx").read_bytes())
    pdf = pdf_text((tmp_path / "sheets.pdf").read_bytes())
    texts["sheets.pdf"] = pdf.replace("〓", "")
    assert [name for name, text in texts.items() if CHINESE.search(text)] == []
    titles = [
        mark.text
        for mark in ET.fromstring(texts["T1.kml"]).iter(
            "{http://www.opengis.net/kml/2.2}name"
        )
    ]
    assert titles[2:4] == ["2 Fill Works", "3 Deliver East"]
    assert "2,000 L, stop at the transfer point cart" in texts["T1.gpx"]


@pytest.mark.parametrize("name", WRITERS)
def test_no_writer_has_words_of_its_own(name: str) -> None:
    """Words stand in dispatch/words, or one language would be forgotten."""
    tree = ast.parse((SOURCES / name).read_text("utf-8"))
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and isinstance(node.body[0], ast.Expr)
    }
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in docs
        and CHINESE.search(node.value)
    ]
    assert found == []
