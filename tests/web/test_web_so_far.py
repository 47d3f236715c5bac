"""The best plan so far of a run under way, for all who look at the page."""

from __future__ import annotations

from dataclasses import replace

from dispatch.files.plan.plan_json import plan_to_json
from dispatch.store.jobs import claim_of, put_draft, take_job
from tests.web.office import keys, shown, texts


def searching(office, plan):
    """Let a run be under way, with a plan so far."""
    office.ask()
    with office.db.write() as session:
        job = take_job(session, worker="elsewhere:1", now=office.now)
        put_draft(session, claim_of(job), plan_to_json(plan))
    office.set_job(progress={"phase": "search", "fraction": 0.4, "served_l": 3_500})


def test_the_best_plan_so_far_is_told_in_figures(office, plan):
    searching(office, plan)
    for who in ("调度", "admin"):
        office.who = who
        app = office.page("plan")
        text = texts(app)
        assert "到目前最好的方案" in text
        assert "1 / 2 个送水点已有车去，100 人达到基本用水" in text
        assert {"cancel", "finish"} <= keys(app)
        assert app.get("bidi_component")


def test_a_plan_of_other_tables_is_not_shown(office, plan):
    searching(office, plan)
    day = office.scenario()
    office.edit(replace(day, villages=day.villages[1:]))
    text = texts(office.page("plan"))
    assert "到目前最好的方案" not in text
    assert "正在编制" in text


def test_it_is_gone_when_the_run_is_over(office, plan):
    searching(office, plan)
    app = office.page("plan")
    office.set_job(status="cancelled")
    assert "到目前最好的方案" not in shown(app)
