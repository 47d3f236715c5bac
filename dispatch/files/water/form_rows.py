"""The drought form as rows in words, with what each figure means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.words.rows import Rows

if TYPE_CHECKING:
    from dispatch.model.water.form import DroughtForm, FormFigure
    from dispatch.words.words import Words

_COLUMNS: Final = ("figure", "value", "unit", "moment", "rows", "means")


def form_rows(form: DroughtForm, t: Words) -> Rows:
    """
    Return name, value, unit, time, number of rows and meaning of every figure.

    Parameters
    ----------
    form
        The form.
    t
        Words in the language of the reader.
    """
    rows = [
        (
            t(f"drought_form.{figure.key}"),
            value_text(figure, t),
            t(f"drought_form.unit.{figure.unit}"),
            moment_words(figure, t),
            str(len(figure.rows)),
            t(f"drought_form.means.{figure.key}"),
        )
        for figure in form.figures
    ]
    return Rows(
        headings=tuple(t(f"drought_form.column_{name}") for name in _COLUMNS),
        rows=rows,
        is_number=tuple(name in ("value", "rows") for name in _COLUMNS),
    )


def value_text(figure: FormFigure, t: Words) -> str:
    """
    Return a figure rounded to whole units; a blank where nobody knows it.

    Parameters
    ----------
    figure
        Of the form.
    t
        Words in the language of the reader.
    """
    if figure.value is None:
        return t("drought_form.unknown")
    return f"{figure.value:,.0f}"


def moment_words(figure: FormFigure, t: Words) -> str:
    """
    Return the time that a figure holds for.

    Parameters
    ----------
    figure
        Of the form.
    t
        Words in the language of the reader.
    """
    if figure.since is None:
        return t("drought_form.at", at=figure.at)
    return t("drought_form.since", since=figure.since, at=figure.at)
