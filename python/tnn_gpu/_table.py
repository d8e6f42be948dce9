"""Tables with named columns that have units."""

from __future__ import annotations

import csv
import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Column:
    """What a column holds. unit is "1" for a pure number, "" where there is none."""

    name: str
    title: str = ""
    unit: str = ""
    doc: str = ""

    @property
    def label(self) -> str:
        """The title with the unit, as the axis of a figure has it."""
        title = self.title or self.name
        return title if self.unit in ("", "1") else f"{title} [{self.unit}]"


class Table:
    """Columns of equal length: arrays of integers, reals or texts.

    ``table["energy"]`` is a column, ``table.unit("energy")`` its unit, ``len(table)``
    the number of rows. An empty field of a column of reals is NaN.
    """

    def __init__(self, columns: Sequence[Column], data: Sequence[NDArray[Any]]) -> None:
        self.columns = tuple(columns)
        self._data = {c.name: d for c, d in zip(self.columns, data, strict=True)}

    @property
    def names(self) -> list[str]:
        """The names of the columns, in their order."""
        return list(self._data)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._data:
            raise KeyError(f"there is no column {name}; there are {', '.join(self._data)}")
        return self._data[name]

    def __contains__(self, name: object) -> bool:
        return name in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return next((len(d) for d in self._data.values()), 0)

    def column(self, name: str) -> Column:
        """What a column holds."""
        self[name]
        return next(c for c in self.columns if c.name == name)

    def unit(self, name: str) -> str:
        """The unit of a column: "1" for a pure number, "" where there is none."""
        return self.column(name).unit

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows, each as a dict by column."""
        for i in range(len(self)):
            yield {name: d[i].item() if isinstance(d[i], np.generic) else d[i] for name, d in self._data.items()}

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame; its ``attrs["units"]`` are the units by column."""
        import pandas

        frame = pandas.DataFrame(self._data)
        frame.attrs["units"] = {c.name: c.unit for c in self.columns}
        return frame

    def plot(self, x: str, *names: str, ax: Any = None) -> Any:
        """Draws columns against another with matplotlib and gives the axes.

        A column NAME_error, where there is one, becomes the error bars of NAME.
        """
        import matplotlib.pyplot as plt

        if ax is None:
            ax = plt.subplots()[1]
        for name in names:
            error = self[name + "_error"] if name + "_error" in self else None
            ax.errorbar(self[x], self[name], yerr=error, fmt="-" if error is None else "o-", label=self.column(name).label)
        ax.set_xlabel(self.column(x).label)
        if len(names) == 1:
            ax.set_ylabel(self.column(names[0]).label)
        elif names:
            ax.legend(frameon=False)
        return ax

    def __repr__(self) -> str:
        return f"<Table of {len(self)} rows: {', '.join(self._data)}>"

    def _repr_html_(self) -> str:
        """A notebook shows the first and the last rows."""
        few = range(len(self)) if len(self) <= 10 else [*range(5), None, *range(len(self) - 5, len(self))]
        head = "".join(f'<th title="{html.escape(c.doc)}">{html.escape(c.label)}</th>' for c in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{self._cell(c.name, i)}</td>" for c in self.columns) + "</tr>" for i in few)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _cell(self, name: str, row: int | None) -> str:
        if row is None:
            return "&#8942;"
        x = self._data[name][row]
        return html.escape(f"{x:.6g}" if isinstance(x, np.floating) else str(x))


def whole_lines(path: Path, at: int = 0) -> tuple[list[str], int]:
    """Gives the lines of a file from a byte on, and where the next one begins.

    A table may be read while its run goes on: a last line that is half written is
    left for later. A file that is not there yet has no lines.
    """
    try:
        with path.open("rb") as f:
            f.seek(at)
            text = f.read()
    except FileNotFoundError:
        return [], at
    end = text.rfind(b"\n") + 1
    return text[:end].decode("utf-8").splitlines(), at + end


def read(path: Path, known: dict[str, Column]) -> Table:
    """Reads a table of the program, without a last row that is half written."""
    names, *rows = [*csv.reader(whole_lines(path)[0])] or [[]]
    columns = [known.get(name) or _derived(name, known) for name in names]
    return Table(columns, [_array([r[i] for r in rows]) for i in range(len(names))])


def number(text: str) -> int | float | str:
    """An integer or a real where the text is one; an empty text is NaN."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text or "nan")
    except ValueError:
        return text


def _derived(name: str, known: dict[str, Column]) -> Column:
    """A column that the program makes of another: its error, its theory."""
    for ending, what in (("_error", "standard error of "), ("_theory", "theory of ")):
        base = known.get(name.removesuffix(ending)) if name.endswith(ending) else None
        if base:
            return Column(name, what + (base.title or base.name), base.unit, what + base.doc)
    return Column(name)


def _array(texts: list[str]) -> NDArray[Any]:
    """Integers where all texts are, else reals, else texts. An empty text is NaN among reals."""
    try:
        return np.array([int(t) for t in texts], dtype=np.int64)
    except (ValueError, OverflowError):
        pass
    try:
        return np.array([float(t) if t else np.nan for t in texts], dtype=np.float64)
    except ValueError:
        return np.array(texts, dtype=object)
