"""The officials' workbook, and everything of a run as one zip file."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from dispatch.check.past import Split
from dispatch.files.plan.workbook import plan_xlsx
from dispatch.files.plan.write import write_plan
from dispatch.maps.page import plan_map_html
from dispatch.web import tables
from dispatch.words.words import LANGUAGES, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.web.finished import Finished
    from dispatch.web.printed import Printed


def summary_rows(run: Finished, t: Words) -> list[tuple[str, str]]:
    """
    Return the figures that an official asks for first, in words.

    Parameters
    ----------
    run
        A version of a plan.
    t
        Words in the language of the reader.
    """
    figures, scenario = run.figures, run.result.scenario
    basic = figures.standards.to_dict("index")["basic"]
    fairness = figures.fairness
    minimum, mean = fairness.min_l_per_person, fairness.mean_l_per_person
    return [
        (t("page.scenario"), f"{scenario.name} · {scenario.date}"),
        (t("plan.coverage"), t.percent(figures.coverage)),
        (t("table.need_l"), f"{figures.need_l:,}"),
        (t("table.served_l"), f"{figures.served_l:,}"),
        (t("table.shortage_l"), f"{figures.shortage_l:,}"),
        (
            t("cover.people", share=t.percent(basic["share"])),
            t(
                "official.of",
                part=f"{basic['people']:,}",
                whole=f"{basic['people_total']:,}",
            ),
        ),
        (t("official.min_l"), "–" if minimum is None else f"{minimum:.1f}"),
        (t("official.mean"), "–" if mean is None else f"{mean:.1f}"),
        (t("official.gini"), f"{fairness.gini:.3f}"),
        (t("official.jain"), f"{fairness.jain:.3f}"),
        (
            t("rule.title"),
            t("plan.bad", count=len(run.violations))
            if run.violations
            else t("rule.kept"),
        ),
        (t("official.made"), run.made),
    ]


def report_xlsx(run: Finished, t: Words) -> bytes:
    """
    Return every figure as a workbook: one sheet per question, ready to print.

    Parameters
    ----------
    run
        A version of a plan.
    t
        Words in the language of the reader.
    """
    figures, scenario = run.figures, run.result.scenario
    summary = pd.DataFrame(
        summary_rows(run, t), columns=[t("table.figure"), t("table.count")]
    )
    sheets: Mapping[str, pd.DataFrame] = {
        "summary": summary,
        "standards": tables.standards_table(figures, t),
        "bands": tables.bands_table(figures, t),
        "places": tables.places_table(figures.places, t),
        "reasons": tables.reasons_table(figures, t),
        "sources": tables.sources_table(figures, t),
        "trucks": tables.trucks_table(figures, scenario, t),
    }
    buffer = io.BytesIO()
    # Names and notes come from people: none may become a formula or a link.
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(
        buffer, engine="xlsxwriter", engine_kwargs={"options": options}
    ) as writer:
        for name, table in sheets.items():
            write_sheet(writer, t(f"official.sheet_{name}"), table)
    return buffer.getvalue()


def write_sheet(writer: pd.ExcelWriter, name: str, table: pd.DataFrame) -> None:
    """
    Add a table to a workbook, ready to print.

    Parameters
    ----------
    writer
        Of the workbook, by xlsxwriter.
    name
        Of the sheet.
    table
        Its headings are its columns.
    """
    table.to_excel(writer, sheet_name=name, index=False)
    sheet: Any = writer.sheets[name]
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for idx, heading in enumerate(table.columns):
        texts = [str(heading), *map(str, table.iloc[:200, idx])]
        sheet.set_column(idx, idx, min(48, max(_width(text) for text in texts) + 2))


def _width(text: str) -> int:
    """Return the columns that a text takes: Chinese characters take two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def paper_file(run: Finished, name: str, t: Words, printed: Printed) -> bytes:
    """
    Return ``plan.xlsx``, ``map.html`` or a paper in the language of who asks.

    Parameters
    ----------
    run
        A version of a plan.
    name
        Name of the file.
    t
        Words in the language of the reader.
    printed
        The version as its papers name it.
    """
    scenario, travel, plan = run.result.scenario, run.result.travel, run.result.plan
    if name == "plan.xlsx":
        return plan_xlsx(plan, scenario, t.lang)
    if name == "map.html":
        page = plan_map_html(
            scenario, travel, plan, t.lang, figures=run.figures, broken=_broken(run)
        )
        return page.encode()
    return printed.pdf(name, t)


def _broken(run: Finished) -> Split:
    return Split([*run.violations], [*run.past])


def everything_zip(run: Finished, t: Words, printed: Printed) -> bytes:
    """
    Return all files of a plan, and the officials' workbook, as one zip file.

    Files are in Chinese; who reads the pages in English finds English paper beside.

    Parameters
    ----------
    run
        A version of a plan.
    t
        Words in the language of the reader.
    printed
        The version as its papers name it.
    """
    buffer = io.BytesIO()
    result = run.result
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        out = Path(folder)
        write_plan(result.plan, result.scenario, result.travel, out, sheets=False)
        for path in sorted(out.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(out))
        zh = Words(LANGUAGES[0])
        for name in ("map.html", *printed.names):
            archive.writestr(name, paper_file(run, name, zh, printed))
        archive.writestr("report.xlsx", report_xlsx(run, t))
        if t.lang != LANGUAGES[0]:
            for name in ("plan.xlsx", "map.html", *printed.names):
                stem, kind = name.split(".")
                archive.writestr(
                    f"{stem}.{t.lang}.{kind}", paper_file(run, name, t, printed)
                )
    return buffer.getvalue()
