"""Every environment variable and folder of the program, read in one place."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from platformdirs import user_cache_path

#: Where scenarios are, and where the dashboard keeps runs and edits.
DATA_ENV: Final = "DISPATCH_DATA"
JOBS_ENV: Final = "DISPATCH_JOBS"
#: Where the store is, such as ``postgresql://USER@HOST/NAME``.
STORE_ENV: Final = "DATABASE_URL"
#: Set by ``dispatch serve``: where phones open the dashboard; unset: nowhere.
PUBLIC_ENV: Final = "DISPATCH_PUBLIC_URL"
#: Another folder for what took long to compute from roads.
CACHE_ENV: Final = "DISPATCH_CACHE"
#: Tiles below the maps; ``map.toml`` in the data folder says the same.
TILES_ENV: Final = "DISPATCH_TILES"
TILES_DATUM_ENV: Final = "DISPATCH_TILES_DATUM"
TILES_CREDIT_ENV: Final = "DISPATCH_TILES_CREDIT"
TIANDITU_TOKEN_ENV: Final = "DISPATCH_TIANDITU_TOKEN"
#: How many failed sign-ins lock an account, for how long, and how long a session lasts.
FAILURES_ENV: Final = "DISPATCH_SIGN_IN_FAILURES"
LOCK_ENV: Final = "DISPATCH_SIGN_IN_LOCK_MINUTES"
SESSION_ENV: Final = "DISPATCH_SESSION_HOURS"
#: How many sign-ins may fail in a minute from one address.
PER_MINUTE_ENV: Final = "DISPATCH_SIGN_IN_PER_MINUTE"
#: ``1`` lets Streamlit's own sign-in (OpenID Connect) say who somebody is, by a claim.
OIDC_ENV: Final = "DISPATCH_OIDC"
CLAIM_ENV: Final = "DISPATCH_OIDC_CLAIM"
#: How services log: ``json`` for one object a line; else text for people.
LOG_ENV: Final = "DISPATCH_LOG"

_NAME: Final = "water-dispatch"


class TileWishes(NamedTuple):
    """What the environment says about tiles; empty where it says nothing."""

    tiles: str
    datum: str
    credit: str
    token: str


class SignInRules(NamedTuple):
    """When an account is locked, and when what was let in must sign in again."""

    max_failures: int = 5
    lock_minutes: int = 15
    session_hours: int = 12
    max_per_minute: int = 20


def sign_in_rules() -> SignInRules:
    """Return the rules of signing in; what is no whole number above 0 is the usual."""
    names = (FAILURES_ENV, LOCK_ENV, SESSION_ENV, PER_MINUTE_ENV)
    values = (os.environ.get(name, "") for name in names)
    return SignInRules(
        *(
            int(value) if value.isdecimal() and int(value) else usual
            for value, usual in zip(values, SignInRules(), strict=True)
        )
    )


def oidc_is_on() -> bool:
    """Whether Streamlit's own sign-in says who somebody is."""
    return os.environ.get(OIDC_ENV, "").strip().lower() in ("1", "true", "yes", "on")


def oidc_claim() -> str:
    """Return the claim of that sign-in that is the name of an account."""
    return os.environ.get(CLAIM_ENV, "").strip() or "email"


def is_log_json() -> bool:
    """Return whether services log JSON."""
    return os.environ.get(LOG_ENV, "").strip().lower() == "json"


def data_folder() -> Path:
    """Return the folder of scenarios, ``data`` where none is set."""
    return Path(os.environ.get(DATA_ENV) or "data").resolve()


def photos_folder(data: Path | None = None) -> Path:
    """
    Return the folder of pictures that phones sent; no page leads there.

    Parameters
    ----------
    data
        Folder of the store; None: of the scenarios.
    """
    return (data or data_folder()) / "photos"


def jobs_folder() -> Path | None:
    """Return the folder of runs and edits; None stands for one in the data folder."""
    value = os.environ.get(JOBS_ENV)
    return Path(value).resolve() if value else None


def public_url() -> str | None:
    """Return what ``dispatch serve`` found as the address for phones."""
    return os.environ.get(PUBLIC_ENV) or None


def tile_wishes() -> TileWishes:
    """Return what the environment says about tiles."""
    names = (TILES_ENV, TILES_DATUM_ENV, TILES_CREDIT_ENV, TIANDITU_TOKEN_ENV)
    return TileWishes(*(os.environ.get(name, "") for name in names))


def cache_folder() -> Path:
    """Return the folder of what is kept of roads, which need not exist yet."""
    value = os.environ.get(CACHE_ENV)
    return Path(value) if value else user_folder()


def user_folder() -> Path:
    """Return this user's own cache folder; a temporary one for who has no home."""
    try:
        return user_cache_path(_NAME, appauthor=False)
    except RuntimeError:
        return Path(tempfile.gettempdir()) / _NAME


def publish(
    *,
    data: Path,
    jobs: Path | None = None,
    phones_at: str | None = None,
    store: str | None = None,
) -> None:
    """
    Tell the pages, which run in this process, where data, runs and phones are.

    Parameters
    ----------
    data
        Folder of the scenarios.
    jobs
        Folder of runs and edits; None: what is set stays.
    phones_at
        Address where phones open the dashboard; None: nowhere.
    store
        Address of the database; None: what is set stays.
    """
    values = {
        DATA_ENV: str(data.resolve()),
        JOBS_ENV: str(jobs.resolve()) if jobs is not None else None,
        PUBLIC_ENV: phones_at,
        STORE_ENV: store,
    }
    for name, value in values.items():
        if value is not None:
            os.environ[name] = value
        elif name == PUBLIC_ENV:
            os.environ.pop(name, None)


def store_address() -> str | None:
    """Return the address of the database; None: a file in the data folder."""
    return os.environ.get(STORE_ENV) or None
