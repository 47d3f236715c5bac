"""No serious fault for who reads by ear or keyboard, as axe-core finds them."""

from __future__ import annotations

import pytest

from tests.web.browsing import settled

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

CODE = "430423301"
EVENT = {"zh": "车辆抛锚", "en": "Truck broken down"}


# Streamlit fades what it draws anew; half-way, colours are no page's own.
UNFADED = """*, *::before, *::after {
    transition: none !important; animation: none !important;
}
[data-stale] { opacity: 1 !important; }"""


def faults(page):
    """Return what is serious: rule and element of each; nothing is excepted."""
    page.add_style_tag(content=UNFADED)
    found = axe.Axe().run(page).response["violations"]
    return [
        (rule["id"], node["target"][-1], node["failureSummary"][:300])
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.fixture(scope="module")
def told(demo):
    """Give a township with a published plan, requests and reports."""
    demo.set_clock("09:30")
    demo.take_in(CODE)
    version = demo.publish(CODE)
    words = {
        role: demo.sign_in(f"axe {role}", role, CODE)
        for role in ("coordinator", "official")
    }
    return demo, version, words


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_plain_pages(told, watched, lang):
    demo, version, words = told
    open_page, wrong = watched
    truck = version.plan.routes[0].truck_id
    link = demo.link(CODE, truck=truck)
    for path in (f"{link}", f"{link}/day", f"{link}/doors", f"{demo.address}/sign-in"):
        page = open_page(f"{path}?lang={lang}", width=390, height=844)
        page.locator("main .card, main form").first.wait_for()
        assert faults(page) == [], path
    page = open_page(link, width=390, height=844)
    page.get_by_role("button", name="已装水").first.click()
    page.get_by_label("升数").wait_for()
    assert faults(page) == []
    brief = f"{demo.address}/brief?lang={lang}"
    page = open_page(brief, width=390, height=844, word=words["official"])
    page.locator(".counts").wait_for()
    assert faults(page) == []
    assert wrong == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("role", ["coordinator", "official"])
def test_first_page(told, watched, role, lang):
    demo, _, words = told
    open_page, wrong = watched
    page = open_page(f"{demo.address}/?lang={lang}", word=words[role])
    page.get_by_test_id("stHeading").first.wait_for(timeout=60_000)
    # Streamlit loads what draws `st.html` when it is first needed: our style is late.
    page.locator(".stHtml style").first.wait_for(state="attached")
    settled(page)
    assert faults(page) == []
    if role == "coordinator":
        kinds = page.get_by_test_id("stButtonGroup")
        kinds.get_by_text(EVENT[lang], exact=True).click()
        page.get_by_test_id("stTimeInput").wait_for()
        settled(page)
        assert faults(page) == []
    assert wrong == []
