"""`dispatch replan` and `dispatch whatif` as people use them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from typer.testing import CliRunner, Result

from dispatch.cli import app
from dispatch.model.need import BANDS
from dispatch.planning.changes import ChangeKind, ChangeReason
from dispatch.planning.variants import VariantKind
from dispatch.words.words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

HEPING = Path(__file__).parents[2] / "data" / "heping"
QUICK = ("--iterations", "200", "--workers", "1")


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("planned")
    assert invoke("plan", HEPING, "--out", out, *QUICK).exit_code == 0
    return out


def plan_of(folder: Path) -> dict[str, list[dict[str, list[dict[str, int]]]]]:
    found: dict[str, list[dict[str, list[dict[str, int]]]]] = json.loads(
        (folder / "plan.json").read_text("utf-8")
    )
    return found


def replan(plan: Path, out: Path, *options: str, scenario: Path = HEPING) -> Result:
    usual = ("--now", "10:00", "--seconds", "0.5")
    return invoke("replan", scenario, plan, "--out", out, *usual, *options)


def changed(tmp_path: Path, file: str, change: Callable[[list[str]], None]) -> Path:
    """Return a copy of the scenario with the lines of one file changed."""
    folder = tmp_path / "changed"
    shutil.copytree(HEPING, folder)
    lines = (folder / file).read_text("utf-8-sig").splitlines()
    change(lines)
    (folder / file).write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "新方案已写出到"), ("en", "new plan written")]
)
def test_replan_writes_a_plan(
    planned: Path, tmp_path: Path, lang: str, words: str
) -> None:
    result = replan(planned, tmp_path, "--lang", lang)
    assert result.exit_code == 0, result.output
    assert words in result.stdout
    assert invoke("check", HEPING, tmp_path).exit_code == 0
    # What had begun by 10:00 is in the new plan as it was.
    before, after = plan_of(planned), plan_of(tmp_path)
    new = {str(route["truck_id"]): route["stops"] for route in after["routes"]}
    for route in before["routes"]:
        past = [stop for stop in route["stops"] if stop["end_s"] < 36_000]
        assert new[str(route["truck_id"])][: len(past)] == past


def test_replan_takes_delays_and_promises(planned: Path, tmp_path: Path) -> None:
    truck = str(plan_of(planned)["routes"][0]["truck_id"])
    village = str(plan_of(planned)["villages"][0]["village_id"])
    result = replan(planned, tmp_path, "--late", f"{truck}=25", "--lock", village)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("target", ["", "plan.json"])
def test_the_old_plan_is_not_replaced_unasked(
    planned: Path, tmp_path: Path, target: str
) -> None:
    """The drivers have it on paper; a second plan in its place was written before."""
    folder = tmp_path / "day"
    shutil.copytree(planned, folder)
    before = (folder / "plan.json").read_bytes()
    result = replan(folder / target if target else folder, folder)
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    assert (folder / "plan.json").read_bytes() == before
    # Another folder beside it, or by the option.
    assert replan(folder, tmp_path / "new").exit_code == 0
    assert replan(folder, folder, "--overwrite").exit_code == 0
    assert (folder / "plan.json").read_bytes() != before


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--now", "25 o'clock"), "25 o'clock"),
        (("--now", "10"), "10"),
        (("--late", "T1"), "T1"),
        (("--late", "nobody=5"), "nobody=5"),
        (("--late", "=5"), "=5"),
        (("--late", "T1=-5"), "T1=-5"),
        (("--late", "T1=²"), "T1=²"),
        (("--late", "T1=1.5"), "T1=1.5"),
        (("--late", "T1=99999"), "T1=99999"),
        (("--lock", "nowhere"), "nowhere"),
        (("--broken", "T9"), "T9"),
        (("--price", "-1"), "price"),
        (("--seconds", "0"), "seconds"),
    ],
    ids=str,
)
def test_bad_options_are_said_in_a_sentence(
    planned: Path, tmp_path: Path, options: tuple[str, ...], words: str, lang: str
) -> None:
    result = replan(planned, tmp_path, *options, "--lang", lang)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["replan", "whatif"])
@pytest.mark.parametrize("text", [None, "no plan", "{}", '{"routes": [1]}', "[]"])
def test_an_unreadable_plan_is_bad_input(
    tmp_path: Path, command: str, text: str | None
) -> None:
    path = tmp_path / "bad.json"
    if text is not None:
        path.write_text(text, "utf-8")
    if command == "replan":
        result = replan(path, tmp_path / "out")
    else:
        result = invoke("whatif", HEPING, "--plan", path)
    assert result.exit_code == 2
    assert "bad.json" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("stops", [[], [{"kind": "depart"}]])
def test_replan_survives_routes_that_go_nowhere(
    planned: Path, tmp_path: Path, stops: list[dict[str, str]]
) -> None:
    plan = plan_of(planned)
    depot = plan["routes"][0]["stops"][0]
    plan["routes"][0]["stops"] = [{**depot, **stop} for stop in stops]  # type: ignore[dict-item]  # JSON
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(plan), "utf-8")
    result = replan(path, tmp_path / "out")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("now", ["00:00", "05:00", "23:00", "47:59"])
def test_replan_at_any_time(planned: Path, tmp_path: Path, now: str) -> None:
    result = replan(planned, tmp_path, "--now", now)
    assert result.exit_code == 0, result.output


def other_id(lines: list[str]) -> None:
    """Give the first row another id: the old one is gone."""
    lines[1] = "other" + lines[1][lines[1].index(",") :]


@pytest.mark.parametrize("now", ["05:00", "10:00"])
@pytest.mark.parametrize("file", ["villages.csv", "sources.csv", "trucks.csv"])
def test_replan_without_what_the_old_plan_uses(
    planned: Path, tmp_path: Path, file: str, now: str
) -> None:
    """Before it was used: a plan without it. Afterwards: said in a sentence."""
    scenario = changed(tmp_path, file, other_id)
    lost = (HEPING / file).read_text("utf-8-sig").splitlines()[1].split(",")[0]
    result = replan(planned, tmp_path / "out", "--now", now, scenario=scenario)
    assert "Traceback" not in result.output
    if result.exit_code == 0:
        assert invoke("check", scenario, tmp_path / "out").exit_code == 0
    else:
        assert (result.exit_code, now) == (3, "10:00"), result.output
        assert lost in result.stderr


def test_whatif_shows_and_writes_what_helps(planned: Path, tmp_path: Path) -> None:
    out = tmp_path / "help.csv"
    result = invoke("whatif", HEPING, "--plan", planned, "--out", out, "--seconds", "3")
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.stdout
    text = out.read_text("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(text.removeprefix("\ufeff").splitlines()))
    assert {row["kind"] for row in rows} <= set(get_args(VariantKind))
    keys = [tuple(int(row[f"{band}_l"]) for band in BANDS) for row in rows]
    assert keys == sorted(keys, reverse=True)
    assert keys


def test_whatif_plans_first_where_no_plan_is_given() -> None:
    result = invoke("whatif", HEPING, "--seconds", "4", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "What would help most" in result.stdout


def test_whatif_refuses_a_plan_that_breaks_a_rule(
    planned: Path, tmp_path: Path
) -> None:
    plan = plan_of(planned)
    plan["routes"][0]["stops"][0].update(arrive_s=60, start_s=60, end_s=60)
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(plan), "utf-8")
    result = invoke("whatif", HEPING, "--plan", path)
    assert result.exit_code == 3
    assert "规则 1：车辆 T1" in result.stderr
    english = invoke("whatif", HEPING, "--plan", path, "--lang", "en")
    assert "rule 1: truck T1" in english.stderr
    assert "starts 00:01" in english.stderr


def test_ids_in_the_csv_are_no_formulas(tmp_path: Path) -> None:
    """A truck called =1+1 is a name, not a sum."""

    def rename(lines: list[str]) -> None:
        lines[1] = '"=""=1+1"""' + lines[1][lines[1].index(",") :]

    scenario = changed(tmp_path, "trucks.csv", rename)
    out = tmp_path / "help.csv"
    result = invoke("whatif", scenario, "--seconds", "3", "--out", out)
    assert result.exit_code == 0, result.output
    cells = [
        cell
        for row in csv.reader(out.read_text("utf-8-sig").splitlines())
        for cell in row
    ]
    assert "'=1+1" in cells
    assert not any(cell.startswith("=") for cell in cells)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_and_reason_has_words(lang: str) -> None:
    words = words_of(lang)  # type: ignore[arg-type]  # zh or en
    for kind in get_args(VariantKind):
        assert kind == "as_it_is" or words[f"whatif.{kind}"]
    for name in get_args(ChangeKind):
        assert words[f"change.{name}"]
    for name in get_args(ChangeReason):
        assert words[f"change.why_{name}"]
