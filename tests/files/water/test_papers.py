"""Papers of a dispatch: what hangs at gates, in zones and villages, and duty lists."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from dispatch.files.plan.edition import Edition
from dispatch.files.water.duty_papers import duty_pdf, lists_of
from dispatch.files.water.paper_table import lines_of, water_paper
from dispatch.files.water.papers import DUTY_PAPER, WATER_PAPERS, water_paper_pdf
from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
from dispatch.words.words import Words
from tests.files.water.dispatched import demo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.files.plan.paper import Paper


def pages(content: bytes) -> list[str]:
    # The reader puts an empty sign between letters.
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    return [text.replace("\0", "") for text in texts]


@cache
def paper(name: str) -> list[str]:
    return pages(water_paper_pdf(name, *demo()))


def test_every_canal_that_runs_has_a_page() -> None:
    texts = paper("water-gates.pdf")
    plan = demo()[1].plan
    num_canals = len({run.canal_id for run in plan.canals})
    num_lifts = len({run.lift_id for run in plan.pumps})
    assert len(texts) == num_canals + num_lifts
    (branch,) = (text for text in texts if text.startswith("一支渠上段"))
    assert "本渠轮次" in branch
    assert "F-XY" in branch
    assert "9月8日 09:36" in branch
    assert "000-0000-0300" in branch
    (lift,) = (text for text in texts if text.startswith("沙头二级"))
    assert "9月12日" in lift  # when the pump goes back
    assert "63" in lift  # litres of fuel


def test_every_zone_has_a_poster() -> None:
    texts = paper("water-slots.pdf")
    assert len(texts) == 3
    assert "06:00—08:00、17:00—19:00" in texts[0]
    assert "停水" in texts[2]
    assert "批准文号：永抗旱〔2022〕示例号" in texts[0]


def test_notices_and_what_is_read_out() -> None:
    texts = paper("water-notices.pdf")
    whole = "\n".join(texts)
    assert whole.count("轮灌通知") >= 2
    assert whole.count("灌溉用水通知") >= 2
    assert "念一遍约" in whole
    assert "微信短文" in whole


@pytest.mark.parametrize("name", WATER_PAPERS)
def test_nobody_is_named_on_public_papers(name: str) -> None:
    people = demo()[0].water_people
    text = "\n".join(paper(name))
    secret = [word for p in people.people for word in (p.name, p.phone)]
    assert [word for word in secret if word in text] == []
    assert [d.household_id for d in people.doors if f"{d.household_id} " in text] == []


def test_duty_lists_are_a_page_a_person() -> None:
    scenario, dispatch, duty = demo()
    texts = paper(DUTY_PAPER)
    lists = lists_of(scenario, dispatch, duty)
    assert len(texts) == len(lists) > 8
    names = [own.name for own in lists]
    for own, text in zip(lists, texts, strict=True):
        assert text.startswith(own.name)
        assert not [name for name in names if name != own.name and name in text]


def test_the_list_of_one_person_alone() -> None:
    scenario, dispatch, duty = demo()
    (text,) = pages(duty_pdf(scenario, dispatch, duty, person_id="M01"))
    assert text.startswith("值守01（示例）")


@pytest.mark.parametrize("name", [*WATER_PAPERS, DUTY_PAPER])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_dispatch_of_nothing_has_a_page_that_says_so(name: str, lang: str) -> None:
    scenario, dispatch, _ = demo()
    plan = replace(dispatch.plan, canals=(), pumps=(), zones=(), fields=(), outcomes=())
    bare = WaterDispatch(plan=plan)
    content = water_paper_pdf(name, scenario, bare, WaterDuty(), lang)
    (text,) = pages(content)
    assert len(text) > 15


def test_versions_are_on_every_page() -> None:
    edition = Edition(number=4, status="draft")
    scenario, dispatch, duty = demo()
    for name in WATER_PAPERS:
        for text in pages(
            water_paper_pdf(name, scenario, dispatch, duty, edition=edition)
        ):
            # The reader mixes up letters of the foot and of the mark over it.
            assert "第 4 版" in text


def test_papers_without_duty_and_unknown_ones() -> None:
    scenario, dispatch, duty = demo()
    with pytest.raises(ValueError, match="no paper"):
        water_paper_pdf(DUTY_PAPER, scenario, dispatch, None)
    with pytest.raises(ValueError, match="no paper"):
        water_paper_pdf("water-x.pdf", scenario, dispatch, duty)


def test_equal_dispatches_are_equal_files() -> None:
    scenario, dispatch, duty = demo()
    for name in WATER_PAPERS:
        first = water_paper_pdf(name, scenario, dispatch, duty)
        assert first == water_paper_pdf(name, scenario, dispatch, duty)


@pytest.fixture
def sheet() -> Iterator[Paper]:
    paper_ = water_paper("t", dt.date(2022, 9, 6), Words("zh"), None)
    paper_.new_section("t")
    yield paper_
    # Only a paper that is finished lets go of its font.
    paper_.content()


def test_lines_break_between_words_and_never_before_a_stop(sheet) -> None:
    width = sheet.width_of("供水时段每天", 20) + 0.01
    lines = lines_of(sheet, "供水时段每天，06:00—08:00。", width, 20)
    assert "".join(lines) == "供水时段每天，06:00—08:00。"
    assert lines[0] == "供水时段每"  # the stop took 天 along
    assert not [line for line in lines if line[0] in "，。"]
    assert [line for line in lines if "06:00" in line]
    english = lines_of(sheet, "Fill buckets and jars in time.", width, 20)
    assert " ".join(english) == "Fill buckets and jars in time."


def test_long_words_are_set_smaller_and_not_lost(sheet) -> None:
    assert lines_of(sheet, "x" * 300, 50, 12) == ["x" * 300]
