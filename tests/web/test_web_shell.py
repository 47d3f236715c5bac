"""The page around Streamlit's: its language, and where it finds its server."""

from __future__ import annotations

import gzip

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from dispatch.web.shell import PageShell
from tests.web.asgi import call

PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><script>window.x = 1</script></head></html>'
)


def page(request):
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers = {"content-encoding": "gzip"}
        return Response(
            gzip.compress(PAGE.encode()), headers=headers, media_type="text/html"
        )
    if request.headers.get("if-none-match"):
        return Response(status_code=304)
    return HTMLResponse(PAGE, headers={"etag": '"1"'})


def own(request):
    return HTMLResponse(PAGE, headers={"content-security-policy": "default-src 'none'"})


def data(request):
    return JSONResponse({"html": '<html lang="en">'})


@pytest.fixture
def app():
    routes = [Route("/plan", page), Route("/own", own), Route("/data", data)]
    return PageShell(Starlette(routes=routes))


@pytest.mark.parametrize(
    ("path", "lang"),
    [("/plan", "zh-CN"), ("/plan?lang=en", "en"), ("/plan?lang=x", "zh-CN")],
)
def test_a_page_is_of_the_language_that_it_shows(app, path, lang):
    answer, _ = call(app, "GET", path, headers={"accept": "text/html"})
    assert f'<html lang="{lang}">' in answer.text
    assert answer.headers["content-length"] == str(len(answer.body))
    assert "etag" not in answer.headers


def test_a_page_knows_where_its_server_is_before_its_first_script(app):
    answer, _ = call(app, "GET", "/plan", headers={"accept": "text/html"})
    told = answer.text.index("BACKEND_BASE_URL:location.origin+")
    assert told < answer.text.index("window.x = 1")


def test_browsers_get_the_whole_page_whatever_they_keep_and_unpack(app):
    headers = {
        "accept": "text/html",
        "accept-encoding": "gzip, br",
        "if-none-match": '"1"',
    }
    answer, _ = call(app, "GET", "/plan", headers=headers)
    assert answer.status == 200
    assert "BACKEND_BASE_URL" in answer.text


@pytest.mark.parametrize("path", ["/own", "/data"])
def test_pages_of_ours_and_data_are_left_alone(app, path):
    answer, _ = call(app, "GET", path, headers={"accept": "text/html"})
    assert "BACKEND_BASE_URL" not in answer.text
    assert 'lang=\\"en' in answer.text or 'lang="en' in answer.text
