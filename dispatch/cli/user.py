"""`dispatch user`: accounts, and links for the phones of drivers and villages."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.markup import escape

from dispatch.cli.commands import DebugOption, LangOption, app
from dispatch.cli.database import (
    DATA,
    BaseOption,
    DataOption,
    DbOption,
    JsonOption,
    TownshipOption,
    clock,
    link_address,
    open_store,
    parse_date,
    print_answer,
)
from dispatch.cli.failures import reported
from dispatch.cli.screen import errors_console
from dispatch.errors import DispatchError
from dispatch.operations.rights import Role
from dispatch.words.message import say
from dispatch.words.words import Words

user = typer.Typer(
    help="账号和链接 · Accounts, and links for phones.", no_args_is_help=True
)
app.add_typer(user, name="user")

#: Who the audit trail names.
WHO = "cli"

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="姓名 · name")]


@user.command("add")
def _add(
    name: NameArgument,
    role: Annotated[
        Role,
        typer.Option(
            "--role",
            help="调度员、只看的领导、管理员 · coordinator, official or administrator",
        ),
    ],
    township: Annotated[
        str, typer.Option("--township", help="只看这个乡镇 · sees this township only")
    ] = "",
    county: Annotated[
        str, typer.Option("--county", help="看全县 · sees all of this county")
    ] = "",
    base: BaseOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """新建账号，给出一次性设密码链接 · Make an account; prints its set-up link."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        from dispatch.day import people
        from dispatch.day.links import knows_township

        word = people.add(
            database,
            name,
            role,
            township=township,
            county=county,
            who=WHO,
            at=clock(),
        )
        if township and not knows_township(database, township):
            _warn(t("people.unknown_place", township=township))
        answer = {
            "user": name.strip(),
            "role": role,
            "township": township,
            "county": county,
            "url": link_address(base, f"/setup/{word}"),
        }
        print_answer(answer, as_json=as_json)


@user.command("list")
def _list(
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """列出账号和链接 · List accounts and links; no password and no link is shown."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        from dispatch.day import people
        from dispatch.day.links import all_links

        users = [
            {
                "user": account.name,
                "role": account.role,
                "township": account.township,
                "county": account.county,
                "blocked": account.is_blocked,
                "password": account.has_password,
            }
            for account in people.people(database)
        ]
        links: list[dict[str, Any]] = [
            {
                "link": link.number,
                "township": link.township,
                "kind": "team" if link.is_team else link.kind.replace("link", "truck"),
                "subject": link.subject,
                "trucks": list(link.trucks),
                "until": link.until.isoformat(),
                "revoked": link.is_revoked,
            }
            for link in all_links(database)
        ]
        print_answer({"users": users, "links": links}, as_json=as_json)


@user.command("block")
def _block(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="账号、车、队、村，或链接编号 · account, truck, team, village or link",
        ),
    ],
    township: Annotated[
        str | None,
        typer.Option(
            "--township", help="只收回这个乡镇的链接 · links of this one only"
        ),
    ] = None,
    undo: Annotated[
        bool,
        typer.Option("--undo", help="恢复账号 · open the account again, and a lock"),
    ] = False,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """停用账号或收回链接 · Block an account, or revoke the links of a truck."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        from dispatch.day import people
        from dispatch.day.links import revoke_links

        num, at = 0, clock()
        is_account = township is None and people.block(
            database, name, is_blocked=not undo, who=WHO, at=at
        )
        if not undo:
            num = revoke_links(database, name, township=township, who=WHO, at=at)
        if not is_account and not num:
            raise DispatchError(say("people.none_blocked", name=name))
        answer = {"blocked": name, "account": is_account, "links": num}
        if undo:
            answer = {"opened": name, "account": is_account}
        print_answer(answer, as_json=as_json)


@user.command("password")
def _password(
    name: NameArgument,
    base: BaseOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """
    重设密码 · Set a password: typed, or from standard input; none: a set-up link.

    It is never an argument: those are seen by everybody on the computer.
    """
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        from dispatch.day import people

        typed = _typed_password()
        if typed:
            people.set_password(database, name, typed, who=WHO, at=clock())
            print_answer({"user": name}, as_json=as_json)
            return
        word = people.setup_word(database, name, who=WHO, at=clock())
        answer = {"user": name, "url": link_address(base, f"/setup/{word}")}
        print_answer(answer, as_json=as_json)


def _typed_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = _asked("密码 · password")
    if first and first != _asked("再输一次 · once more"):
        raise DispatchError(say("people.passwords_differ"))
    return first


def _asked(text: str) -> str:
    shown = typer.prompt(
        text, default="", hide_input=True, show_default=False, err=True
    )
    return str(shown)


@user.command("link")
def _link(
    township: TownshipOption,
    until: Annotated[
        str, typer.Option("--until", help="用到哪天为止 · the last day of the link")
    ],
    truck: Annotated[
        str | None, typer.Option("--truck", help="给一辆车 · for a truck")
    ] = None,
    team: Annotated[
        str | None, typer.Option("--team", help="给一个队 · for a team")
    ] = None,
    village: Annotated[
        str | None, typer.Option("--village", help="给一个村 · for a village")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", help="给值守人员 · for somebody on duty, by id"),
    ] = None,
    trucks: Annotated[
        str,
        typer.Option(
            "--trucks",
            metavar="T1,T2",
            help="队里的车；默认司机是这个队的 · trucks of the team",
        ),
    ] = "",
    base: BaseOption = None,
    db: DbOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    lang: LangOption = "zh",
    debug: DebugOption = False,
) -> None:
    """给车、队、村或值守人员一个链接 · Make a link for a phone; it is shown once."""
    t = Words(lang)
    with reported(t, debug=debug), open_store(db, data) as database:
        from dispatch.day.links import make_link

        at = clock()
        word, made = make_link(
            database,
            township,
            truck=truck,
            team=team,
            village=village,
            person=person,
            trucks=[part.strip() for part in trucks.split(",") if part.strip()],
            until=parse_date(until),
            who=WHO,
            at=at,
        )
        if made.until <= at:
            _warn(t("people.over", until=until))
        if team and not made.trucks:
            _warn(t("people.empty_team", team=team))
        page = "w" if person else "v" if village else "d"
        answer = {"url": link_address(base, f"/{page}/{word}"), "link": made.number}
        print_answer(answer, as_json=as_json)


def _warn(text: str) -> None:
    errors_console().print(escape(text), style="yellow", soft_wrap=True)
