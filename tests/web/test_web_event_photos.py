"""Pictures that drivers sent: seen by the office of their township and nobody else."""

from __future__ import annotations

import pytest

from dispatch import settings
from dispatch.day.event_photos import event_photos, read_event_photo
from dispatch.day.links import link_of, make_link
from dispatch.day.phones import Phones
from dispatch.errors import DispatchError
from dispatch.web.context import Context
from dispatch.web.views.deliveries import _pictures
from tests.web.office import CODE, DATE, picture, shown, texts


@pytest.fixture
def sent(office):
    """Let a driver report an arrival and a delivery, each with a picture."""
    office.plan(publish=True)
    phones = Phones(office.db, settings.photos_folder())
    word, _ = make_link(
        office.db, CODE, truck="T1", until=DATE, who="test", at=office.now
    )
    link = link_of(office.db, word, kind="link", now=office.now)
    assert link is not None
    for key, kind, litres in (("a", "arrived", None), ("b", "delivered", 3_500)):
        office.report(key=key, kind=kind, truck="T1", place="V1", litres=litres)
        assert phones.keep_photo(link, key, picture(), now=office.now) == "new"
    return office


def test_the_office_sees_what_was_sent(sent):
    app = sent.page("deliveries")
    assert not app.get("image")
    (toggle,) = (each for each in app.toggle if "照片" in each.label)
    assert toggle.label == r"看 A · 湘A00001 发来的照片（2 张）"
    toggle.set_value(True)
    text = shown(app)
    assert "08:05 已到达 · 上村" in text
    assert "08:05 已送达 · 上村" in text
    assert len(app.get("image")) == 2


def test_who_only_reads_figures_sees_none(sent):
    sent.who = "领导"
    app = sent.page("deliveries")
    assert not app.toggle
    context = Context(sent.frame(), sent.desk(), sent.scenario())
    assert _pictures(context) == {}
    app.session_state[f"photos {context.key} T1"] = True
    shown(app)
    assert not app.get("image")


def test_a_picture_is_asked_for_by_its_township_and_day(sent):
    folder = settings.photos_folder()
    first, second = event_photos(sent.db, CODE, DATE)
    assert (first.key, first.kind, second.kind) == ("a", "arrived", "delivered")
    content = read_event_photo(sent.db, folder, CODE, DATE, "a")
    assert content is not None
    assert content[:2] == b"\xff\xd8"
    for place in (("other", DATE), (CODE, DATE.replace(day=7))):
        assert event_photos(sent.db, *place) == ()
        with pytest.raises(DispatchError):
            read_event_photo(sent.db, folder, *place, "a")


def test_a_file_that_is_gone_is_told(sent):
    for path in settings.photos_folder().iterdir():
        path.unlink()
    app = sent.page("deliveries")
    app.toggle[0].set_value(True)
    assert "这张照片的文件不在了" in shown(app)
    assert "送达" in texts(app)
