"""The office's own sign-in, against a small provider on this machine."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from dispatch.day import people
from dispatch.settings import OIDC_ENV
from dispatch.store.db import Database, sqlite_url
from tests.web.browsing import wait_for

pytest.importorskip("authlib")
httpx = pytest.importorskip("httpx")
joserfc_jwk = pytest.importorskip("joserfc.jwk")
jwt = pytest.importorskip("joserfc.jwt")

NAME = "wang@example.cn"
KEY = joserfc_jwk.RSAKey.generate_key(2048, parameters={"kid": "1"}, private=True)


class Provider(BaseHTTPRequestHandler):
    """Everybody who comes is let in, by the name that the server has."""

    def answer(self, value, status=200, **headers):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        here = f"http://127.0.0.1:{self.server.server_port}"
        parts = urlsplit(self.path)
        if parts.path == "/jwks":
            self.answer({"keys": [KEY.as_dict(private=False)]})
        elif parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.server.nonce = asked.get("nonce")
            back = urlencode({"code": "c", "state": asked["state"]})
            self.answer({}, 302, Location=f"{asked['redirect_uri']}?{back}")
        else:
            pages = {"authorization": "authorize", "token": "token"}
            document = {f"{n}_endpoint": f"{here}/{p}" for n, p in pages.items()}
            document |= {"issuer": here, "jwks_uri": f"{here}/jwks"}
            self.answer({**document, "response_types_supported": ["code"]})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        now = int(time.time())
        claims = {
            "iss": f"http://127.0.0.1:{self.server.server_port}",
            "aud": "dispatch",
            "sub": "1",
            "email": self.server.email,
            "iat": now,
            "exp": now + 600,
            "nonce": self.server.nonce,
        }
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, KEY)
        self.answer({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def provider():
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        server.email = NAME
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def office(tmp_path_factory, provider):
    """Run the app with that provider; give its address, its store, its way to it."""
    folder = tmp_path_factory.mktemp("office")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    values = {
        "redirect_uri": f"{address}/oauth2callback",
        "cookie_secret": "no secret at all, for tests alone",
        "client_id": "dispatch",
        "client_secret": "x",
        "server_metadata_url": f"http://127.0.0.1:{provider.server_port}/about",
    }
    (folder / ".streamlit").mkdir()
    lines = ["[auth]", *(f'{name} = "{text}"' for name, text in values.items())]
    (folder / ".streamlit" / "secrets.toml").write_text("\n".join(lines), "utf-8")
    db = Database(sqlite_url(folder / "dispatch.db"))
    db.upgrade()

    def python(code):
        command = [sys.executable, "-c", code]
        path = os.pathsep.join([str(Path.cwd()), *filter(None, sys.path)])
        env = {**os.environ, OIDC_ENV: "1", "PYTHONPATH": path}
        return {"args": command, "cwd": folder, "env": env}

    code = "import streamlit.auth_util as a; print(a.encode_provider_token('default'))"
    done = subprocess.run(
        **python(code), capture_output=True, text=True, check=True, timeout=60
    )
    with (folder / "server.log").open("wb") as log:
        child = subprocess.Popen(
            **python(f"from dispatch.web.server import serve; serve('.', {port})"),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(f"{address}/health", child)
        yield address, db, f"{address}/auth/login?provider={done.stdout.strip()}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        child.wait(timeout=20)
        db.close()


def test_the_provider_says_who_and_the_account_says_what(office, provider):
    """Nobody is let in without an account of that name, or with a blocked one."""
    address, db, way = office
    now = dt.datetime.now()
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:

        def file():
            return browser.get(f"{address}/media/none.csv").status_code

        assert browser.get(f"{address}/").status_code == 200
        assert file() == 401
        assert browser.get(way).url.path == "/"
        assert "_streamlit_user" in browser.cookies
        assert file() == 401
        people.add(db, NAME, "official", who="test", at=now)
        assert file() == 404
        people.block(db, NAME, who="test", at=now)
        assert file() == 401
        people.block(db, NAME, is_blocked=False, who="test", at=now)
        assert file() == 404
        browser.cookies.clear()
        assert file() == 401


def test_a_cookie_that_nobody_signed_says_nothing(office):
    address, _, _ = office
    forged = json.dumps({"is_logged_in": True, "email": NAME})
    for value in (forged, "2|1:0|10:1|15:_streamlit_user|4:e30=|00", "", "x" * 4000):
        cookie = {"Cookie": f"_streamlit_user={value}"}
        answer = httpx.get(f"{address}/media/x", headers=cookie, trust_env=False)
        assert answer.status_code == 401
