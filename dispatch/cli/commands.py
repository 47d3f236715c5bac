"""The commands and their options; what they do is in the modules beside."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from dispatch.cli.failures import reported
from dispatch.cli.screen import results_console, survive_small_alphabets
from dispatch.errors import DispatchError
from dispatch.model.water.turns import TurnOrder
from dispatch.words.message import Lang
from dispatch.words.words import Words

app = typer.Typer(
    help="抗旱送水调度 · Plan water deliveries in a drought.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ScenarioPath = Annotated[
    Path,
    typer.Argument(
        metavar="SCENARIO",
        help="数据文件夹、.xlsx 或 .zip · folder of tables, .xlsx or .zip",
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, max=2**31 - 1, help="随机种子 · random seed")
]
LangOption = Annotated[Lang, typer.Option("--lang", help="语言 · language")]
DebugOption = Annotated[
    bool,
    typer.Option("--debug", help="显示内部错误的细节 · show tracebacks"),
]
StrictOption = Annotated[
    bool,
    typer.Option("--strict", help="警告也当作错误 · warnings stop like errors"),
]


@app.command()
def plan(
    scenario: ScenarioPath,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="方案写到哪里，默认 out/方案名 · folder for the plan's files",
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--seconds",
            min=0.1,
            max=86_400,
            help="计算多少秒；默认算到方案不再改进为止 · "
            "run time; until nothing more is gained if not given",
        ),
    ] = None,
    seed: SeedOption = 0,
    iterations: Annotated[
        int | None,
        typer.Option(
            "--iterations",
            min=1,
            help="按次数而不是秒数，结果可重复 · instead of seconds: repeatable",
        ),
    ] = None,
    engine: Annotated[
        Literal["search", "routing"],
        typer.Option(
            "--engine",
            help="search 本程序；routing 仅 OR-Tools · ours, or plain OR-Tools",
        ),
    ] = "search",
    workers: Annotated[
        int,
        typer.Option("--workers", min=1, max=64, help="线程数 · search threads"),
    ] = 2,
    strict: StrictOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """
    编制送水方案 · Plan the day: tables, map and drivers' sheets.

    \f

    Parameters
    ----------
    scenario
        Folder of tables, workbook or zip file of the day.
    out
        Folder of the plan; None: ``out`` and the name of the scenario.
    seconds
        Run time of the whole command; None: until a round gains nothing.
    seed
        Start of the random numbers; equal seeds repeat a run of iterations.
    iterations
        Iterations of every thread in place of a time; None: by time.
    engine
        Our search, or plain OR-Tools routing for comparison.
    workers
        Search threads, one core each.
    strict
        Whether warnings about the scenario stop like errors.
    lang
        Language of everything shown and written.
    debug
        Whether an internal error shows its traceback.
    """
    t = Words(lang)
    with reported(t, debug=debug):
        from dispatch.cli.run import plan_on_terminal
        from dispatch.solver.params import SolveParams

        params = SolveParams(
            seconds=seconds, iterations=iterations, engine=engine, workers=workers
        )
        plan_on_terminal(scenario, out, params, seed=seed, strict=strict, t=t)


@app.command()
def check(
    scenario: ScenarioPath,
    plan: Annotated[
        Path,
        typer.Argument(metavar="PLAN", help="plan.json 或其文件夹 · or its folder"),
    ],
    strict: StrictOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """
    检查方案 · Recompute a plan and list every rule that it breaks.

    \f

    Parameters
    ----------
    scenario
        Folder of tables, workbook or zip file of the day.
    plan
        ``plan.json``, or the folder that holds it.
    strict
        Whether warnings about the scenario stop like errors.
    lang
        Language of everything shown and written.
    debug
        Whether an internal error shows its traceback.
    """
    t = Words(lang)
    with reported(t, debug=debug):
        from dispatch.cli.run import check_on_terminal

        check_on_terminal(scenario, plan, strict=strict, t=t)


@app.command()
def whatif(
    scenario: ScenarioPath,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", help="已有方案 · a plan to start from"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="写成 CSV 表 · a CSV file to write"),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--seconds",
            min=1,
            max=86_400,
            help="总共计算多少秒 · run time of all variants together",
        ),
    ] = None,
    seed: SeedOption = 0,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """
    增加什么最有用 · What one more truck, bay, hose or hour would add.

    \f

    Parameters
    ----------
    scenario
        Folder of tables, workbook or zip file of the day.
    plan
        Plan to start from, or its folder; None: one is made first.
    out
        CSV file for all variants; None: only the terminal.
    seconds
        Run time of all variants together; None: by the size of the scenario.
    seed
        Start of the random numbers; equal seeds repeat a run of iterations.
    lang
        Language of everything shown and written.
    debug
        Whether an internal error shows its traceback.
    """
    t = Words(lang)
    with reported(t, debug=debug):
        from dispatch.cli.whatif import whatif_on_terminal

        whatif_on_terminal(scenario, plan, out, seconds=seconds, seed=seed, t=t)


@app.command()
def replan(
    scenario: ScenarioPath,
    plan: Annotated[
        Path,
        typer.Argument(metavar="PLAN", help="原方案或其文件夹 · the plan so far"),
    ],
    now: Annotated[
        str, typer.Option("--now", metavar="HH:MM", help="现在的时间 · the time now")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="新方案写到哪里 · folder for the new plan")
    ],
    late: Annotated[
        list[str] | None,
        typer.Option("--late", metavar="T1=25", help="晚点几分钟 · minutes behind"),
    ] = None,
    lock: Annotated[
        list[str] | None,
        typer.Option("--lock", metavar="V7", help="已答应的村不变 · promised villages"),
    ] = None,
    broken: Annotated[
        list[str] | None,
        typer.Option(
            "--broken",
            metavar="T3",
            help="坏在路上的车，车上的水不算送到 · trucks out of service from now on",
        ),
    ] = None,
    price: Annotated[
        int,
        typer.Option(
            "--price",
            min=0,
            max=10_000_000,
            help="每改动一个村，总水量至少多送几升；不影响卫生院学校和生存用水 · "
            "litres that a changed village must gain in all, survival never weighed",
        ),
    ] = 200,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--seconds",
            min=0.1,
            max=86_400,
            help="计算多少秒；默认算到方案不再改进为止 · "
            "run time; until nothing more is gained if not given",
        ),
    ] = None,
    seed: SeedOption = 0,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="可以覆盖原方案 · may replace the old plan"),
    ] = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """
    当天中途重排 · Plan the rest of a day, and list what changes and why.

    \f

    Parameters
    ----------
    scenario
        Folder of tables, workbook or zip file of the day.
    plan
        The plan so far, or its folder.
    now
        ``HH:MM``; stops that began earlier stay as they are.
    out
        Folder of the new plan.
    late
        Truck and minutes behind, as ``T1=25``; None: all are on time.
    lock
        Villages whose visits stay as they were promised; None: none.
    broken
        Trucks that drive no more; what is on board is lost. None: none.
    price
        Litres that the plan must gain for every village whose visit changes.
    seconds
        Run time; None: until a round gains nothing.
    seed
        Start of the random numbers; equal seeds repeat a run of iterations.
    overwrite
        Whether the new plan may replace the old one.
    lang
        Language of everything shown and written.
    debug
        Whether an internal error shows its traceback.
    """
    t = Words(lang)
    with reported(t, debug=debug):
        from dispatch.cli.replan import replan_on_terminal
        from dispatch.solver.params import SolveParams

        now_s = _clock_s(now, t)
        replan_on_terminal(
            scenario,
            plan,
            out,
            SolveParams(seconds=seconds),
            now_s=now_s,
            late=late or (),
            locked=lock or (),
            broken=broken or (),
            price_l=price,
            seed=seed,
            overwrite=overwrite,
            t=t,
        )


@app.command()
def roads(
    extract: Annotated[
        Path,
        typer.Argument(
            metavar="EXTRACT",
            help=".osm.pbf、.osm 或 .geojson · OpenStreetMap extract or lines",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", help="写到其中的 roads/ · tables go to its roads/"),
    ],
    around: Annotated[
        Path | None,
        typer.Option(
            "--around",
            metavar="SCENARIO",
            help="只要这些地点附近的路 · only roads near its places",
        ),
    ] = None,
    margin_km: Annotated[
        float,
        typer.Option("--margin-km", min=0, max=500, help="多远算附近 · how near"),
    ] = 15.0,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """
    把地图数据变成道路表 · Turn a map extract into tables of roads.

    \f

    Parameters
    ----------
    extract
        OpenStreetMap extract, or lines as GeoJSON.
    out
        Folder that gets ``roads/`` and the basemap.
    around
        Scenario whose places decide what is kept; None: all roads.
    margin_km
        Kilometres around the places that are kept.
    lang
        Language of everything shown and written.
    debug
        Whether an internal error shows its traceback.
    """
    t = Words(lang)
    with reported(t, debug=debug):
        from dispatch.cli.roads import roads_on_terminal

        roads_on_terminal(extract, out, around, margin_km=margin_km, t=t)


@app.command()
def water(
    scenario: ScenarioPath,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="方案写到哪里，默认 out/方案名-water · folder for the plan's files",
        ),
    ] = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=14, help="排几天 · days to plan")
    ] = 7,
    equal: Annotated[
        bool,
        typer.Option(
            "--equal-shares",
            help="田片先雨露均沾，再看减产 · fields share the shortage before harvest",
        ),
    ] = False,
    trucks: Annotated[
        Path | None,
        typer.Option(
            "--trucks",
            help="已有的送水方案；不给就一起排 · "
            "plan of the trucks; without it they are planned too",
        ),
    ] = None,
    order: Annotated[
        TurnOrder,
        typer.Option(
            "--turns",
            help="轮灌先后：先远后近、按表、最合适 · far before near, as listed, free",
        ),
    ] = "far_first",
    helping: Annotated[
        bool,
        typer.Option("--helping", help="再算什么最有用 · also rank what would help"),
    ] = False,
    strict: StrictOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """
    编制全部用水方案 · Plan all the water: releases, canals, pumps, zones, fields.

    \f

    Parameters
    ----------
    scenario
        Folder of tables, workbook or zip file, with tables of the water.
    out
        Folder of the plan; None: ``out`` and the name of the scenario.
    days
        Days to plan, from the date of the scenario.
    equal
        Whether fields share the shortage before loss of harvest is weighed.
    trucks
        Plan of the trucks or its folder; None: they are planned too.
    order
        Of turns on canals.
    helping
        Whether works, one more pump and one more hour are planned too, and ranked.
    strict
        Whether warnings about the scenario stop like errors.
    lang
        Language of everything shown and written.
    debug
        Whether an internal error shows its traceback.
    """
    t = Words(lang)
    with reported(t, debug=debug):
        from dispatch.cli.water import WaterOptions, water_on_terminal

        options = WaterOptions(
            days=days,
            equal_shares=equal,
            helping=helping,
            trucks=trucks,
            turn_order=order,
        )
        water_on_terminal(scenario, out, options, strict=strict, t=t)


@app.command()
def template(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="新文件夹 · a new or empty folder"),
    ],
    xlsx: Annotated[
        bool,
        typer.Option("--xlsx", help="写成一个工作簿 · one workbook instead of CSV"),
    ] = False,
    water: Annotated[
        bool,
        typer.Option(
            "--water",
            help="加上水库、渠道、田片、水泵、供水片、值守的空表 · "
            "with empty tables of all the water",
        ),
    ] = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """
    写出空白模板 · Write a template to fill in.

    \f

    Parameters
    ----------
    folder
        A new or empty folder.
    xlsx
        Whether to write one workbook in place of CSV files.
    water
        Whether empty tables of reservoirs, canals, fields, pumps, zones and duty are
        there too.
    lang
        Language of everything shown and written.
    debug
        Whether an internal error shows its traceback.
    """
    t = Words(lang)
    with reported(t, debug=debug):
        from dispatch.files.scenario.template import write_template

        path = write_template(folder, xlsx=xlsx, water=water)
        written = t("cli.template.written", path=path)
        results_console().print(escape(written), soft_wrap=True)


@app.command()
def serve(
    data: Annotated[
        Path,
        typer.Option("--data", help="放各方案数据的文件夹 · folder of scenarios"),
    ] = Path("data"),
    port: Annotated[
        int, typer.Option("--port", min=1, max=65_535, help="端口 · port")
    ] = 8501,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            help="0.0.0.0 让同一网络的手机也能打开 · lets phones nearby open it",
        ),
    ] = "127.0.0.1",
    db: Annotated[
        str | None,
        typer.Option("--db", help="数据库地址 · address of the database"),
    ] = None,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """
    打开网页 · Run the dashboard until Ctrl-C; the store is made and upgraded first.

    \f

    Parameters
    ----------
    data
        Folder with one folder or workbook per scenario.
    port
        Port to listen at.
    host
        Address to listen at; ``0.0.0.0`` lets phones in the same network open it.
    db
        Address of the database; None: ``DATABASE_URL``, else a file in the folder.
    lang
        Language of everything shown and written.
    debug
        Whether an internal error shows its traceback.
    """
    t = Words(lang)
    with reported(t, debug=debug):
        _require_folder(data, t)
        _require_free_port(host, port, t)
        from dispatch.cli.database import clock, open_store
        from dispatch.day.people import first_word
        from dispatch.web.address import is_local, local_url, public_url

        here, phones = local_url(host, port), public_url(host, port)
        with open_store(db, data, upgrade=True) as database:
            word = first_word(database, clock())
        lines = [t("cli.serve.open", url=here)]
        if word is not None:  # once: nobody has an account yet
            lines.append(t("cli.serve.setup", url=f"{here}/setup/{word}"))
        if phones is not None and phones != here:
            lines.append(t("cli.serve.phones", url=phones))
        elif phones is None and not is_local(host):
            lines.append(t("cli.serve.no_network"))
        results_console().print(escape("\n".join(lines)), soft_wrap=True)
        from dispatch.web.server import serve as run_server

        run_server(data, port, host=host, store=db)


def _clock_s(text: str, t: Words) -> int:
    from dispatch.units import parse_clock_s

    try:
        return parse_clock_s(text)
    except ValueError as error:
        raise DispatchError(t("cli.replan.bad_now", text=text)) from error


def _require_folder(path: Path, t: Words) -> None:
    if not path.is_dir():
        raise DispatchError(t("cli.error.no_folder", path=path))


def _require_free_port(host: str, port: int, t: Words) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or error
            text = t("cli.error.port_busy", port=port, error=reason)
            raise DispatchError(text) from error


def main() -> None:
    """Run the command line; the exit code says how it went."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    survive_small_alphabets()
    app(prog_name="dispatch")
