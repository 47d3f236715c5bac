"""Every reason of the closed list, each in the smallest case that has it."""

from tiny import replace, scenario, source, star, travel, truck, village

from dispatch.scenario import TimeWindow
from dispatch.solver import SolveParams, solve

PARAMS = SolveParams(iterations=60, workers=1)
SPOKES = {"D": 0, "S": 0, "V": 50}


def reason(scene, ways=None):
    plan = solve(scene, ways or star(scene, SPOKES), PARAMS).plan
    outcome = plan.villages[0]
    assert outcome.shortage_l > 0
    return outcome.reason


def test_no_road():
    scene = scenario([village("V", population=100)])
    assert reason(scene, travel(scene, {("D", "S"): 0})) == "no_road"


def test_truck_too_big():
    scene = scenario(
        [village("V", population=100, max_gross_t=5)], trucks=[truck(gross_t=12)]
    )
    assert reason(scene) == "truck_too_big"


def test_tank_full():
    scene = scenario([village("V", population=900, storage_l=300)])
    assert reason(scene) == "tank_full"


def test_window_closed():
    scene = scenario(
        [village("V", population=100, windows=(TimeWindow(50_000, 51_000),))]
    )
    assert reason(scene) == "window_closed"


def test_source_dry():
    scene = scenario([village("V", population=900)], [source(supply_l=400)])
    assert reason(scene) == "source_dry"


def test_bay_queue():
    # Each truck needs the only bay for 1,000 s of its 1,200 s shift.
    scene = scenario(
        [village("V", population=2_000)],
        [source(bays=1, fill_rate_l_per_min=60)],
        [truck("T1", shift_end_s=1_200), truck("T2", shift_end_s=1_200)],
    )
    assert reason(scene) == "bay_queue"
    two_bays = replace(scene, sources=(replace(scene.sources[0], bays=2),))
    plan = solve(two_bays, star(two_bays, SPOKES), PARAMS).plan
    assert plan.villages[0].shortage_l == 0


def test_fleet_busy():
    scene = scenario([village("V", population=5_000)], trucks=[truck(shift_end_s=250)])
    assert reason(scene) == "fleet_busy"


def test_no_shortage_no_reason():
    scene = scenario([village("V", population=500)])
    plan = solve(scene, star(scene, SPOKES), PARAMS).plan
    assert plan.villages[0].reason is None
