"""Tables and charts as pages are sent them, made once for all who look."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import altair as alt


@dataclass(frozen=True, slots=True)
class KeptTable:
    """
    A table without its index, in Arrow's format.

    Attributes
    ----------
    numbers
        Columns of numbers, whose thousands are marked.
    """

    columns: pa.Table
    numbers: tuple[str, ...]

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return int(self.columns.num_rows)


def keep_table(table: pd.DataFrame) -> KeptTable:
    """Return a table in the form in which it is sent; making it takes a millisecond."""
    numbers = tuple(
        str(name)
        for name in table.columns
        if pd.api.types.is_numeric_dtype(table[name].dtype)
    )
    return KeptTable(pa.Table.from_pandas(table, preserve_index=False), numbers)


def keep_columns(
    columns: Mapping[str, Sequence[Any]],
    *,
    whole: Collection[str] = (),
    real: Collection[str] = (),
) -> KeptTable:
    """
    Return columns as a table, without the detour of a data frame.

    Parameters
    ----------
    columns
        Values by heading.
    whole, real
        Headings of whole and of other numbers, None where there is none; all others
        are text.
    """
    kinds = dict.fromkeys(whole, pa.int64()) | dict.fromkeys(real, pa.float64())
    arrays = {
        name: pa.array(values, kinds.get(name, pa.string()))
        for name, values in columns.items()
    }
    return KeptTable(pa.table(arrays), tuple(name for name in columns if name in kinds))


def show_table(table: KeptTable | pd.DataFrame) -> None:
    """Show a table with thousands marked and gaps as a dash."""
    kept = table if isinstance(table, KeptTable) else keep_table(table)
    number = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        kept.columns,
        hide_index=True,
        column_config=dict.fromkeys(kept.numbers, number),
        placeholder="–",
    )


@dataclass(frozen=True, slots=True)
class KeptChart:
    """
    A chart as it is sent.

    Attributes
    ----------
    spec
        Vega-Lite, as JSON, without its data.
    data
        Data by the name that the chart gives it, as a stream of Arrow.
    """

    spec: str
    data: dict[str, bytes]


def spec_of(chart: alt.TopLevelMixin) -> str:
    """Return a chart of named data as JSON of Vega-Lite."""
    return json.dumps(chart.to_dict(), ensure_ascii=False)


def stream_of(rows: pd.DataFrame) -> bytes:
    """Return rows of a chart as a stream of Arrow."""
    table = pa.Table.from_pandas(rows, preserve_index=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def show_chart(kept: KeptChart, *, name: str) -> None:
    """
    Show a chart, as wide as there is room.

    Parameters
    ----------
    kept
        The chart.
    name
        What it shows, for who cannot see it.
    """
    spec = json.loads(kept.spec) | {"datasets": dict(kept.data)}
    st.vega_lite_chart(spec=spec, width="stretch", alt=name)
