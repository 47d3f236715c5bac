"""Five days with all that goes wrong in a fortnight; the whole one is a benchmark."""

from __future__ import annotations

from tests.day.fortnight import run_fortnight


def test_every_litre_of_five_days_is_accounted_for(db, tmp_path) -> None:
    address = db.url.render_as_string(hide_password=False)
    ledger = run_fortnight(
        address, tmp_path, days=5, iterations=150, in_processes=False
    )
    assert ledger["filled_l"] == ledger["delivered_l"] + ledger["lost_l"]
    assert ledger["delivered_l"] > 0
