"""What pages say of changes and versions, in the words of an office."""

from __future__ import annotations

from dispatch.web.views.versions import _MARKS


def test_the_trail_calls_things_as_people_do(office):
    office.edit_village("V1", population=120)
    app = office.page("today", show_trail=True)
    table = next(
        frame.value for frame in app.dataframe if "改了什么" in frame.value.columns
    )
    line = table.iloc[0]
    assert line["改了什么"] == "送水点 上村"
    assert (line["原来"], line["改成"]) == ("人口 100", "人口 120")


def test_versions_are_compared_side_by_side(office):
    office.plan(publish=True)
    office.plan(publish=False)
    app = office.page("plan", compare=True)
    table = next(
        frame.value for frame in app.dataframe if "版本" in frame.value.columns
    )
    assert list(table["版本"]) == [2, 1]
    assert [text.split(" ")[0] for text in table["状态"]] == [
        _MARKS["draft"],
        _MARKS["published"],
    ]
    assert set(table["送水（升）"]) == {3500}
