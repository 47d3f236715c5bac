"""The days of the scale benchmark are scenarios that can be planned."""

import subprocess

from benchmarks.__main__ import main
from benchmarks.scale import command
from benchmarks.scale.synthetic import synthetic_day
from dispatch import SolveParams, check_plan, solve, travel_matrix


def test_a_synthetic_day_repeats_and_can_be_planned():
    """The same size and seed give the same day; its plan keeps all rules."""
    day = synthetic_day(24)
    assert day == synthetic_day(24)
    assert day != synthetic_day(24, seed=1)
    assert len(day.villages) == 24
    assert any(village.windows for village in day.villages)
    travel = travel_matrix(day)
    plan = solve(day, travel, SolveParams(iterations=50, workers=1)).plan
    assert check_plan(day, travel, plan) == []
    assert sum(plan.totals.served_l.values()) > 0


def test_every_size_is_measured_in_a_process_of_its_own(monkeypatch, capsys):
    """What one size takes is in no other's peak, nor is compiling."""
    started = []

    def noted(arguments, **_options):
        started.append(arguments[1:])
        return subprocess.CompletedProcess(arguments, 0, stdout='["a", "b"]\n')

    monkeypatch.setattr(command.subprocess, "run", noted)
    asked = ["scale", "--places", "24,600", "--seconds", "5", "--workers", "1"]
    assert main([*asked, "--seed", "7"]) == 0
    assert "compile_search" in started[0][-1]
    for size, arguments in zip(("24", "600"), started[1:], strict=True):
        assert arguments[:5] == ["-m", "benchmarks", "scale", "--one", size]
        options = dict(zip(arguments[5::2], arguments[6::2], strict=True))
        assert options == {"--seconds": "5.0", "--workers": "1", "--seed": "7"}
    assert capsys.readouterr().out.count("| a | b |") == 2
    assert 0.01 < command.peak_gb() < 100
