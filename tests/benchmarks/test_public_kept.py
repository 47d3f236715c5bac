"""An interrupted run of public instances goes on where it stopped."""

from dataclasses import replace

import pytest

from benchmarks.__main__ import main
from benchmarks.public import command, kept
from benchmarks.public.runs import run_entry
from tests.benchmarks.public_texts import SDVRP

HEAD = "family,instance,best_known,proven_optimal,source,solution_file,check\n"
ROWS = "sdvrp,a,30,yes,,,\nsdvrp,b,25,no,,,\n"


@pytest.fixture
def bench(tmp_path):
    folder = tmp_path / "bench" / "sdvrp"
    folder.mkdir(parents=True)
    for name in ("a", "b"):
        (folder / f"{name}.sd").write_text(SDVRP)
    (folder.parent / "best_known.csv").write_text(HEAD + ROWS)
    return folder.parent


@pytest.fixture
def searched(monkeypatch):
    """Names of the instances that are searched, in order."""
    names = []

    def noted(entry, seconds, seed):
        names.append(entry.best.instance)
        return run_entry(entry, seconds, seed)

    monkeypatch.setattr(command, "run_entry", noted)
    return names


def run(bench, *options):
    out = bench.parent / "out"
    asked = ["public", "--instances", str(bench), "--families", "sdvrp"]
    assert main([*asked, "--seconds", "0.05", "--out", str(out), *options]) == 0
    return out


def test_what_is_done_is_not_searched_again(bench, searched, capsys):
    """Killed after the first instance, a run goes on with the second."""
    run(bench, "--limit", "1")
    out = run(bench)
    assert searched == ["a", "b"]
    assert "1 of 2 are done already" in capsys.readouterr().out
    text = (out / "public.md").read_text()
    assert "| sdvrp | 2 | 2 | 1 | 10.00% | 20.00% | b |" in text
    assert "| sdvrp, proven | 1 | 1 | 1 | 0.00% | 0.00% | a |" in text


def test_limits_leave_whole_families_whole(bench, searched):
    run(bench, "--limit", "1", "--whole", "sdvrp")
    assert searched == ["a", "b"]


def test_another_seed_time_or_code_is_another_run(bench, searched, monkeypatch):
    run(bench, "--only", "a")
    run(bench, "--only", "a", "--seed", "1")
    run(bench, "--only", "a", "--seconds", "0.06")
    run(bench, "--only", "a", "--again")
    monkeypatch.setattr(kept, "code_version", lambda: "changed")
    run(bench, "--only", "a")
    assert searched == ["a"] * 5
    run(bench, "--only", "a")
    assert len(searched) == 5


def test_damaged_outcomes_are_searched_again(bench, searched):
    out = run(bench, "--only", "a")
    (file,) = (out / "public-runs").rglob("*.json")
    file.write_text(file.read_text()[:-20])
    run(bench, "--only", "a")
    assert searched == ["a", "a"]


def test_kept_routes_are_judged_anew(bench, searched):
    """A file that claims what its routes do not bring is found out."""
    out = run(bench, "--only", "a")
    (file,) = (out / "public-runs").rglob("*.json")
    file.write_text(file.read_text().replace('"quantity": 9', '"quantity": 8'))
    run(bench, "--only", "a")
    assert searched == ["a"]
    assert "no: customer 2 gets 8 of 9" in (out / "public.md").read_text()


def test_the_code_s_version_tells_a_change_of_the_search(monkeypatch, tmp_path):
    (tmp_path / "solver").mkdir()
    file = tmp_path / "solver" / "search.py"
    file.write_text("hot = 1")
    monkeypatch.setattr(kept, "SOLVER", tmp_path / "solver")
    before = kept.code_version()
    assert before == kept.code_version()
    file.write_text("hot = 2")
    assert before != kept.code_version()
    settings = kept.Settings(seconds=1, seed=0, cores=2, code=before)
    folder = kept.KeptOutcomes(tmp_path, settings).folder
    assert folder != kept.KeptOutcomes(tmp_path, replace(settings, cores=4)).folder
