"""Signing in and the gate before the pages, on both databases."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from dispatch.day import people
from dispatch.day.people import account_named, sign_out, use_setup
from dispatch.settings import oidc_claim, oidc_is_on
from dispatch.store.db import Database, sqlite_url
from dispatch.store.people import person_named
from dispatch.web.gate import SignInGate
from dispatch.web.origin import is_local_path
from dispatch.web.server import app_parts
from dispatch.web.session import COOKIE, session_account
from dispatch.web.sign_in import SignInPages
from dispatch.web.throttle import network_of
from tests.web.asgi import call, handshake

NOW = dt.datetime(2022, 9, 6, 8, 0)
PASSWORD = "correct horse"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def behind(request):
    return PlainTextResponse("behind the gate")


async def echo(websocket):
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await websocket.send_bytes(await websocket.receive_bytes())


class House:
    """A store with an account, and what stands behind the gate."""

    def __init__(self, db):
        self.db, self.now = db, NOW
        pages = SignInPages(self.store, clock=self.clock)
        self.app = Starlette(
            routes=[
                *pages.routes(),
                WebSocketRoute("/_stcore/stream", echo),
                Route("/{path:path}", behind, methods=["GET", "PUT", "POST"]),
            ],
            middleware=[Middleware(SignInGate, store=self.store, clock=self.clock)],
        )

    def store(self):
        return self.db

    def clock(self):
        return self.now

    def call(self, method, path, body=b"", **options):
        return call(self.app, method, path, body, **options)[0]

    def page(self, path, word=None, **headers):
        cookie = {"Cookie": f"a=b; {COOKIE}={word}"} if word else {}
        return self.call("GET", path, headers={**BROWSER, **cookie, **headers})

    def sign_in(self, path="/sign-in", *, name="王", password=PASSWORD, **options):
        body = urlencode({"name": name, "password": password}).encode()
        return self.call("POST", path, body, **options)

    def word(self, **options):
        answer = self.sign_in(**options)
        assert answer.status == 303, answer.text
        return re.match(rf"{COOKIE}=([^;]+);", answer.headers["set-cookie"])[1]


@pytest.fixture
def house(db: Database) -> House:
    word = people.add(db, "王", "coordinator", who="test", at=NOW)
    use_setup(db, word, PASSWORD, now=NOW)
    return House(db)


# The form


def test_the_form_is_plain_in_both_languages_and_fits_a_phone(house: House):
    answer = house.page("/sign-in")
    assert answer.status == 200
    assert "登录" in answer.text
    assert "<script" not in answer.text
    assert "width=device-width" in answer.text
    # Every field is inside its label, and as high as a finger is wide.
    assert len(re.findall(r"<label>[^<]+\s*<input", answer.text)) == 2
    assert "min-height: 44px" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    english = house.page("/sign-in?lang=en").text
    assert "Sign in" in english
    assert "登录" not in english
    assert 'lang="en"' in english


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(house: House):
    answer = house.sign_in()
    assert (answer.status, answer.headers["location"]) == (303, "/")
    kept = answer.headers["set-cookie"]
    parts = {part.strip().lower() for part in kept.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= parts
    assert "secure" not in parts
    assert answer.headers["cache-control"] == "no-store"
    word = house.word()
    assert house.page("/", word).text == "behind the gate"


def test_the_cookie_is_for_tls_alone_where_the_browser_speaks_it(house: House):
    for headers in ({"X-Forwarded-Proto": "https"}, {"X-Forwarded-Proto": "HTTPS, x"}):
        assert "secure" in house.sign_in(headers=headers).headers["set-cookie"].lower()
    plain = house.sign_in(headers={"X-Forwarded-Proto": "http"}).headers["set-cookie"]
    assert "secure" not in plain.lower()


def test_the_path_in_front_is_kept(house: House):
    answer = house.call("GET", "/water/plan", headers=BROWSER, root="/water")
    assert answer.headers["location"] == "/water/sign-in?next=%2Fwater%2Fplan"
    answer = house.sign_in("/water/sign-in", root="/water")
    assert answer.headers["location"] == "/water/"
    assert "path=/water" in answer.headers["set-cookie"].lower()


def test_whatever_is_wrong_is_answered_alike(house: House):
    """No account, no such name, a wrong password, a block: the same words."""
    people.add(house.db, "李", "official", who="test", at=NOW)
    answers = [
        house.sign_in(name="王", password="wrong"),
        house.sign_in(name="没有", password=PASSWORD),
        house.sign_in(name="李", password=""),
        house.sign_in(name="\x00", password=PASSWORD),
        house.call("POST", "/sign-in", b""),
    ]
    people.block(house.db, "王", who="test", at=NOW)
    answers.append(house.sign_in())
    assert {answer.status for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_one_address_may_fail_so_often_in_a_minute(house: House, monkeypatch):
    monkeypatch.setenv("DISPATCH_SIGN_IN_PER_MINUTE", "3")

    def tried(client="10.0.0.1"):
        return house.sign_in(name="没有", password="x", client=client).status

    # What succeeds is not counted.
    assert house.sign_in(client="10.0.0.1").status == 303
    assert [tried() for _ in range(4)] == [401, 401, 401, 429]
    assert house.sign_in(client="10.0.0.1").status == 429
    assert tried("10.0.0.2") == 401
    house.now = NOW + dt.timedelta(seconds=60)
    assert tried() == 401


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("unix:", "unix:", True),
    ],
)
def test_a_network_of_a_client_counts_as_one(one, other, is_same):
    """Whoever has IPv6 has more addresses than could ever be locked."""
    assert (network_of(one) == network_of(other)) == is_same


def test_a_form_that_is_none_or_too_long_is_refused(house: House):
    assert house.call("POST", "/sign-in", b"x" * 10_001).status == 413
    assert house.call("POST", "/sign-in", b"\xff\xfe").status == 422
    assert house.call("POST", "/sign-in", b"&".join([b"a=1"] * 20)).status == 422


# Where it leads


def test_after_signing_in_comes_what_was_asked_for(house: House):
    for path in ("/", "/plan", "/plan?a=1&b=%E6%9D%91", "/a:b//c"):
        sent = house.page(path).headers["location"]
        assert urlsplit(sent).path == "/sign-in"
        asked = parse_qs(urlsplit(sent).query).get("next", ["/"])[0]
        assert asked == path
        assert house.sign_in(sent).headers["location"] == path


def test_switching_the_language_keeps_what_was_asked_for(house: House):
    page = house.page("/sign-in?next=%2Fplan%3Fa%3D1").text
    assert 'href="?lang=en&amp;next=/plan%3Fa%3D1"' in page


ELSEWHERE = [
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "evil.example",
    " /plan",
    "/" + "x" * 3000,
    "/plan\r\nSet-Cookie: a=b",
]


def test_nobody_is_led_to_another_host(house: House):
    for target in ELSEWHERE:
        assert not is_local_path(target)
        answer = house.sign_in(f"/sign-in?{urlencode({'next': target})}")
        assert answer.headers["location"] == "/"
        shown = house.page(f"/sign-in?{urlencode({'next': target})}").text
        assert "evil" not in shown


# Other sites


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://test:81"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "file://"},
    {"Origin": "http://[broken"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


def test_what_another_site_sends_is_refused(house: House):
    word = house.word()
    for path in ("/sign-in", "/sign-out"):
        for foreign in FOREIGN:
            headers = {"Host": "test", "Cookie": f"{COOKIE}={word}", **foreign}
            answer = house.sign_in(path, headers=headers)
            assert answer.status == 403, foreign
            assert "set-cookie" not in answer.headers
    assert house.page("/", word).status == 200


OWN = [
    {"Origin": "http://test"},
    {"Origin": "https://test"},
    {"Origin": "http://test", "Host": "test:80"},
    {"Origin": "http://test:8501", "Host": "test:8501"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin"},
    {},
]


def test_what_our_own_form_sends_is_taken(house: House):
    for own in OWN:
        assert house.sign_in(headers={"Host": "test", **own}).status == 303, own


# The gate


def test_a_page_leads_to_signing_in(house: House):
    for path in ("/", "/plan", "/sign-in/x", "/d", "/driver"):
        for headers in (BROWSER, {}, {"Accept": "*/*"}):
            answer = house.call("GET", path, headers=headers)
            assert answer.status == 303
            assert answer.headers["location"].startswith("/sign-in")
        assert house.page(path, "x" * 32).status == 303


FILES = [
    ("GET", "/media/abc.csv"),
    ("PUT", "/_stcore/upload_file/1/2"),
    ("DELETE", "/_stcore/upload_file/1/2"),
    ("GET", "/tiles/8/1/2"),
    ("GET", "/_stcore/metrics"),
    ("POST", "/_stcore/agent/interact"),
    ("GET", "/component/x/index.html"),
    ("POST", "/plan"),
]


def test_a_file_needs_a_session(house: House):
    headers = {"Cookie": f"{COOKIE}={house.word()}"}
    for method, path in FILES:
        assert house.call(method, path).status == 401, path
        assert house.call(method, path, headers=headers).status in (200, 405)


FREE = [
    "/sign-in",
    "/d/abc",
    "/v/abc",
    "/setup/abc",
    "/phone/link.js",
    "/health",
    "/metrics",
    "/_stcore/health",
    "/_stcore/host-config",
    "/static/js/index.js",
    "/favicon.png",
]


def test_what_is_free_asks_for_nothing(house: House):
    for path in FREE:
        assert house.call("GET", path).status == 200, path


def test_no_detour_leads_past_the_gate(house: House):
    for path in ("/d/../media/x", "/static/../", "/static//x", "/d/\\..\\x", "/D/x"):
        assert house.call("GET", path).status in (303, 401), path


def test_the_gate_stands_before_everything():
    """A new route is closed until the list of free ones says otherwise."""
    names = [middleware.cls.__name__ for middleware in app_parts()["middleware"]]
    assert names[:2] == ["SecurityHeaders", "SignInGate"]


def test_a_cookie_among_broken_ones_is_found(house: House):
    word = house.word()
    cookie = f'a="; =; {{}}=1; {COOKIE}={word}; z'
    answer = house.call("GET", "/", headers={**BROWSER, "Cookie": cookie})
    assert answer.status == 200


def test_signing_out_ends_the_session_at_once(house: House):
    word = house.word()
    assert house.page("/", word).status == 200
    headers = {"Cookie": f"{COOKIE}={word}"}
    answer = house.call("POST", "/sign-out", headers=headers)
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert house.page("/", word).status == 303


def test_asking_for_the_page_of_signing_out_ends_nothing(house: House):
    """A picture on another site with that address must not sign anybody out."""
    word = house.word()
    assert "退出登录" in house.page("/sign-out", word).text
    assert house.page("/", word).status == 200


@pytest.mark.parametrize("how", ["block", "password", "time"])
def test_a_session_ends_for_the_gate_too(house: House, how):
    word = house.word()
    assert house.page("/", word).status == 200
    if how == "block":
        people.block(house.db, "王", who="test", at=NOW)
    elif how == "password":
        people.set_password(house.db, "王", "another password", who="test", at=NOW)
    else:
        house.now = NOW + dt.timedelta(hours=12, seconds=1)
    assert house.page("/", word).status == 303


def test_sessions_are_remembered_for_some_seconds_only(house: House, monkeypatch):
    word = house.word()
    asked = []
    look_up = people.signed_in

    def counted(db, word, *, now):
        asked.append(now)
        return look_up(db, word, now=now)

    monkeypatch.setattr("dispatch.web.session.signed_in", counted)
    for _ in range(100):
        assert house.page("/", word).status == 200
    assert len(asked) == 1
    # As another process ends it: nothing here knows until the row is read again.
    with house.db.write() as session:
        person_named(session, "王").is_blocked = True
    house.now = NOW + dt.timedelta(seconds=9)
    assert house.page("/", word).status == 200
    house.now = NOW + dt.timedelta(seconds=10)
    assert house.page("/", word).status == 303
    assert house.page("/", word).status == 303
    assert len(asked) == 3


def test_pages_ask_who_is_signed_in(house: House):
    word = house.word()
    account = session_account(house.db, word, now=NOW)
    assert (account.name, account.role) == ("王", "coordinator")
    for other in (None, "", "x", "村" * 40, "x" * 500):
        assert session_account(house.db, other, now=NOW) is None
    sign_out(house.db, word, now=NOW)
    assert session_account(house.db, word, now=NOW) is None


# The socket


def test_the_socket_opens_with_a_session_only(house: House):
    own = {"Host": "test", "Origin": "http://test"}
    assert handshake(house.app, "/_stcore/stream", headers=own) == [
        {"type": "websocket.close", "code": 1008}
    ]
    signed = {**own, "Cookie": f"{COOKIE}={house.word()}"}
    sent = handshake(house.app, "/_stcore/stream", headers=signed, incoming=[b"1"])
    assert [message["type"] for message in sent] == [
        "websocket.accept",
        "websocket.send",
    ]


ORIGINS = [
    ("http://test", True),
    (None, True),
    ("http://evil.example", False),
    ("http://test:81", False),
    ("null", False),
]


def test_the_socket_is_refused_to_other_sites(house: House):
    """The cookie comes with a handshake from any page of the same site."""
    headers = {"Host": "test", "Cookie": f"{COOKIE}={house.word()}"}
    for origin, is_open in ORIGINS:
        sent_by = {} if origin is None else {"Origin": origin}
        sent = handshake(house.app, "/_stcore/stream", headers={**headers, **sent_by})
        assert (sent[0]["type"] == "websocket.accept") == is_open, origin


def test_an_open_socket_ends_with_its_session(house: House):
    word = house.word()

    def end():
        people.block(house.db, "王", who="test", at=NOW)
        return b"2"

    headers = {"Host": "test", "Cookie": f"{COOKIE}={word}"}
    sent = handshake(
        house.app, "/_stcore/stream", headers=headers, incoming=[b"1", end, b"3"]
    )
    assert [message.get("bytes") or message["type"] for message in sent] == [
        "websocket.accept",
        b"1",
        "websocket.close",
    ]


# Without a store


def test_without_a_store_a_page_says_how_to_make_one(house: House):
    house.db = None
    for path in ("/", "/sign-in"):
        answer = house.page(path)
        assert answer.status == 503
        assert "dispatch store init" in answer.text
    assert house.call("GET", "/media/x").status == 503
    assert house.call("GET", "/health").status == 200
    assert handshake(house.app, "/_stcore/stream")[0]["type"] == "websocket.close"


def test_a_store_without_its_tables_is_none(tmp_path):
    house = House(Database(sqlite_url(tmp_path / "empty.db")))
    assert house.page("/").status == 503
    house.db.upgrade()
    assert house.page("/").status == 303
    house.db.close()


# Somebody else's sign-in


def test_with_oidc_pages_and_their_socket_sign_in_themselves(house: House, monkeypatch):
    assert not oidc_is_on()
    assert house.call("GET", "/auth/login").status == 303
    monkeypatch.setenv("DISPATCH_OIDC", "1")
    assert oidc_is_on()
    for path in ("/", "/plan", "/auth/login", "/oauth2callback", "/auth/logout"):
        assert house.page(path).status == 200
    assert house.call("GET", "/media/abc.csv").status == 401
    assert house.page("/media/abc.csv").status == 303
    own = {"Host": "test", "Origin": "http://test"}
    sent = handshake(house.app, "/_stcore/stream", headers=own)
    assert sent[0]["type"] == "websocket.accept"
    for headers in ({"Host": "test"}, {"Host": "test", "Origin": "http://evil"}):
        sent = handshake(house.app, "/_stcore/stream", headers=headers)
        assert sent[0]["type"] == "websocket.close"


def test_a_claim_names_an_account(house: House, monkeypatch):
    assert oidc_claim() == "email"
    monkeypatch.setenv("DISPATCH_OIDC_CLAIM", "sub")
    assert oidc_claim() == "sub"
    assert account_named(house.db, "王").role == "coordinator"
    for name in ("", "李", "\x00", "x" * 300):
        assert account_named(house.db, name) is None
    people.block(house.db, "王", who="test", at=NOW)
    assert account_named(house.db, "王") is None
