"""`dispatch day`: the daily loop without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dispatch import day as loop
from dispatch.atomic import write_file
from dispatch.cli.commands import DebugOption, LangOption, SeedOption, app
from dispatch.cli.database import (
    DATA,
    DataOption,
    DateOption,
    DbOption,
    JsonOption,
    TownshipOption,
    clock,
    open_store,
    parse_at,
    parse_date,
    print_answer,
)
from dispatch.cli.failures import reported
from dispatch.errors import ConflictError, DispatchError
from dispatch.words.message import Lang, say
from dispatch.words.words import Words

if TYPE_CHECKING:
    from dispatch.day.reporting import Answer

day = typer.Typer(help="每日送水 · The daily loop of a township.", no_args_is_help=True)
app.add_typer(day, name="day")

VersionOption = Annotated[
    int, typer.Option("--version", min=1, help="方案版本 · version of the plan")
]
SecondsOption = Annotated[
    float | None,
    typer.Option("--seconds", min=0.1, help="秒数 · seconds to plan"),
]
IterationsOption = Annotated[
    int | None, typer.Option("--iterations", min=1, help="次数 · repeats exactly")
]
LateOption = Annotated[
    list[str] | None, typer.Option("--late", help="T1=25 晚点分钟 · minutes behind")
]
BrokenOption = Annotated[
    list[str] | None, typer.Option("--broken", help="抛锚的车 · drives no more")
]
LockOption = Annotated[
    list[str] | None, typer.Option("--lock", help="不变的村庄 · promised villages")
]
WhenOption = Annotated[
    str | None, typer.Option("--when", help="时间 HH:MM 或 ISO · the time")
]


@day.command("open")
def open_(
    township: TownshipOption,
    date: DateOption,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """开始一天，结转存水 · Open a day: stocks roll forward."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        on = parse_date(date)
        is_new = loop.open_day(database, township, on, who="cli", at=clock())
        status = loop.day_status(database, township, on)
        answer = {"state": status.state, "new": is_new, "needs": status.needs_l}
        print_answer(answer, as_json=as_json)


@day.command("close")
def close(
    township: TownshipOption,
    date: DateOption,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """关账 · Close a day: late reports still come in."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        is_new = loop.close_day(
            database, township, parse_date(date), who="cli", at=clock()
        )
        print_answer({"state": "closed", "new": is_new}, as_json=as_json)


@day.command("status")
def status(
    township: TownshipOption,
    date: DateOption,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """看一天的情况 · Show where a day stands."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        on = parse_date(date)
        now = loop.day_status(database, township, on)
        answer = {
            "state": now.state,
            "published": now.published,
            "versions": now.num_versions,
            "needs": now.needs_l,
            "delivered": now.delivered_l,
            "filled": now.filled_l,
            "lost": now.lost_l,
            "events": now.num_events,
            "late": now.num_late,
            "alarms": loop.day_alarms(database, township, on, lang),
        }
        print_answer(answer, as_json=as_json)


@day.command("plan")
def plan(
    township: TownshipOption,
    date: DateOption,
    seconds: SecondsOption = None,
    iterations: IterationsOption = None,
    seed: SeedOption = 0,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """编制方案，存为新版本 · Plan a day as a new version."""
    from dispatch.solver.params import SolveParams

    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        params = SolveParams(seconds=seconds, iterations=iterations)
        version = loop.plan_version(
            database, township, parse_date(date), params, seed=seed, at=clock()
        )
        served_l = version.planned.plan.totals.served_l
        answer = {
            "version": version.number,
            "served_l": sum(served_l.values()),
            "violations": len(version.planned.broken.to_come),
        }
        print_answer(answer, as_json=as_json)


@day.command("replan")
def replan(
    township: TownshipOption,
    date: DateOption,
    now: Annotated[str, typer.Option("--now", help="现在几点 · the time now")],
    late: LateOption = None,
    broken: BrokenOption = None,
    lock: LockOption = None,
    price: Annotated[
        int, typer.Option("--price", min=0, help="每改一村至少多送的升数 · litres")
    ] = 0,
    seconds: SecondsOption = None,
    iterations: IterationsOption = None,
    seed: SeedOption = 0,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """按实际情况重编当天剩余 · Plan the rest of the day from what happened."""
    from dispatch.cli.replan import parse_delays, require_known, require_trucks
    from dispatch.solver.params import SolveParams

    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        on = parse_date(date)
        scenario = loop.day_scenario(database, township, on)
        require_known(lock or [], scenario, t)
        require_trucks(broken or [], scenario, t)
        at = parse_at(now, on)
        midnight = parse_at("00:00", on)
        version = loop.replan_version(
            database,
            township,
            on,
            SolveParams(seconds=seconds, iterations=iterations),
            now_s=int((at - midnight).total_seconds()),
            seed=seed,
            at=at,
            delays_s=parse_delays(late or [], scenario, t),
            locked_villages=lock or [],
            broken_trucks=broken or [],
            change_price_l=price,
        )
        answer = {
            "version": version.number,
            "violations": len(version.planned.broken.to_come),
            "changes": loop.change_dicts(version.planned.changes),
        }
        print_answer(answer, as_json=as_json)


@day.command("show")
def show(
    township: TownshipOption,
    date: DateOption,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="版本 · version")
    ] = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """看某一版方案 · Show a version; the published one if none is named."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        shown = loop.shown_version(database, township, parse_date(date), version)
        answer = {
            "version": shown.number,
            "status": shown.status,
            "plan": json.loads(shown.plan_json),
        }
        print_answer(answer, as_json=as_json)


@day.command("publish")
def publish(
    township: TownshipOption,
    date: DateOption,
    version: VersionOption,
    when: WhenOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """发布给司机 · Show a version to the drivers."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        on = parse_date(date)
        at = parse_at(when, on) if when else clock()
        before = loop.publish_version(database, township, on, version, who="cli", at=at)
        answer = {"version": version, "status": "published", "supersedes": before}
        print_answer(answer, as_json=as_json)


@day.command("withdraw")
def withdraw(
    township: TownshipOption,
    date: DateOption,
    version: VersionOption,
    when: WhenOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """撤回已发布的方案 · Take a published version back."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        on = parse_date(date)
        at = parse_at(when, on) if when else clock()
        loop.withdraw_version(database, township, on, version, who="cli", at=at)
        print_answer({"version": version, "status": "withdrawn"}, as_json=as_json)


@day.command("report")
def report(
    township: TownshipOption,
    date: DateOption,
    truck: Annotated[str, typer.Option("--truck", help="车辆 · truck")] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind", help="filled|arrived|delivered|refused|impossible|returned"
        ),
    ] = "",
    place: Annotated[str, typer.Option("--place", help="地点 · place")] = "",
    litres: Annotated[
        int | None, typer.Option("--litres", help="升数 · litres")
    ] = None,
    when: WhenOption = None,
    key: Annotated[str, typer.Option("--key", help="唯一的键 · unique key")] = "",
    chlorine: Annotated[
        float | None, typer.Option("--chlorine", help="余氯 mg/l · residual chlorine")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="原因 · why")] = "",
    corrects: Annotated[
        str | None, typer.Option("--corrects", help="更正哪一条 · key it replaces")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help=".jsonl/.csv/.xlsx 一次多条 · many at once"),
    ] = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """上报实际情况 · Report what happened, each report once by its key."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        on = parse_date(date)
        if file is not None:
            answers = loop.read_tally(
                database, township, on, file, sender="cli", received_at=clock()
            )
            print_answer(
                {"results": [_shown(a, lang) for a in answers]}, as_json=as_json
            )
            return
        at = parse_at(when, on) if when else clock()
        values = {
            "key": key,
            "kind": kind,
            "truck": truck,
            "place": place,
            "litres": litres,
            "at": at,
            "chlorine": chlorine,
            "reason": reason,
            "corrects": corrects,
        }
        one = loop.report_from(values, date=on, sender="cli")
        (answer,) = loop.take_reports(database, township, [one], received_at=at)
        _print_taken(answer, as_json=as_json)


@day.command("reading")
def reading(
    township: TownshipOption,
    date: DateOption,
    litres: Annotated[int, typer.Option("--litres", help="升数 · litres there")],
    source: Annotated[str, typer.Option("--source", help="水源 · source")] = "",
    village: Annotated[str, typer.Option("--village", help="村庄 · village")] = "",
    when: WhenOption = None,
    key: Annotated[str, typer.Option("--key", help="唯一的键 · unique key")] = "",
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """报水位或存水 · Report what a tank or a source holds."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        on = parse_date(date)
        if bool(source) == bool(village):
            raise DispatchError(say("reading_needs_one"))
        at = parse_at(when, on) if when else clock()
        values = {
            "key": key,
            "kind": "reading",
            "place": source or village,
            "litres": litres,
            "at": at,
        }
        one = loop.report_from(values, date=on, sender="cli")
        (answer,) = loop.take_reports(database, township, [one], received_at=at)
        _print_taken(answer, as_json=as_json)


def _print_taken(answer: Answer, *, as_json: bool) -> None:
    if answer.status == "conflict":
        raise ConflictError(answer.message or "")
    if answer.status == "invalid":
        raise DispatchError(answer.message or "")
    taken = {"event": answer.event, "new": answer.status == "new"}
    print_answer(taken, as_json=as_json)


def _shown(answer: Answer, lang: Lang) -> dict[str, Any]:
    message = answer.message.text(lang) if answer.message is not None else ""
    return {"key": answer.key, "status": answer.status, "message": message}


@day.command("official")
def official(
    township: TownshipOption,
    date: DateOption,
    out: Annotated[
        Path, typer.Option("--out", help=".xlsx 报表或 .pdf 简报 · the file to write")
    ],
    when: WhenOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """上报报表：谁缺水、为什么 · Who is short by what was delivered, as a report."""
    from dispatch.day.official import official_day
    from dispatch.day.official_forms import official_xlsx
    from dispatch.day.official_paper import official_pdf

    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        on = parse_date(date)
        at = parse_at(when, on) if when else clock()
        make = {".xlsx": official_xlsx, ".pdf": official_pdf}.get(out.suffix.lower())
        if make is None:
            raise DispatchError(say("official_bad_file", path=out))
        shown = official_day(database, township, on, today=at.date())
        write_file(out, make(shown, t, now=at))
        answer = {
            "file": str(out),
            "people": shown.people,
            "short": shown.short,
            "planned_short": shown.planned_short,
            "delivered_l": shown.delivered_l,
            "planned_l": shown.planned_l,
        }
        print_answer(answer, as_json=as_json)


@day.command("ledger")
def ledger(
    township: TownshipOption,
    first: Annotated[str | None, typer.Option("--from", help="从哪天 · first")] = None,
    until: Annotated[str | None, typer.Option("--until", help="到哪天 · last")] = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """台账：装、送、退、失 · What was filled, delivered, returned and lost."""
    with reported(Words(lang), debug=debug), open_store(db, data) as database:
        answer = loop.ledger_answer(
            database,
            township,
            parse_date(first) if first else None,
            parse_date(until) if until else None,
            lang,
        )
        print_answer(answer, as_json=as_json)
