"""What the program leaves behind: the folders of runs and of scans."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import _program
from ._table import Column, Table, read

if TYPE_CHECKING:
    import xarray


class FolderError(Exception):
    """A folder is not that of a run or a scan, or lacks what is asked for."""


class Folder:
    """The folder of a run or of a scan."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @cached_property
    def info(self) -> dict[str, Any]:
        """run.json, as it was when it was first asked for."""
        return self.reread()

    def reread(self) -> dict[str, Any]:
        """run.json as it is now."""
        try:
            info: dict[str, Any] = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise FolderError(f"{self.path} is no folder of a run or a scan: it has no run.json") from None
        except ValueError as e:
            raise FolderError(f"{self.path / 'run.json'} cannot be read: {e}") from None
        return info

    @cached_property
    def config(self) -> dict[str, Any]:
        """config.toml, by sections."""
        with self._existing("config.toml").open("rb") as f:
            return tomllib.load(f)

    def _existing(self, name: str) -> Path:
        path = self.path / name
        if not path.exists():
            raise FolderError(f"{self.path} has no {name}")
        return path

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"


class Run(Folder):
    """The folder of a run, which may still be going on.

    Each table is read when it is asked for, so that a run that goes on shows its
    present rows.
    """

    @property
    def model(self) -> str:
        """tnn, perceptron, hopfield, ..."""
        return str(self.info["model"])

    @property
    def status(self) -> str:
        """running, finished, stopped, cancelled, failed or ended, as run.json says now."""
        return str(self.reread()["status"])

    @property
    def steps(self) -> Table:
        """steps.csv: the quantities of each step."""
        return self.table("steps.csv")

    @property
    def epochs(self) -> Table:
        """epochs.csv: the quantities of the mean sums of some steps."""
        return self.table("epochs.csv")

    @property
    def probes(self) -> Table:
        """probes.csv: the values that were watched."""
        return self.table("probes.csv")

    @property
    def histograms(self) -> Table:
        """histograms.csv: a row for each bin."""
        return self.table("histograms.csv")

    def table(self, name: str) -> Table:
        """A table of the folder by its file's name."""
        return read(self._existing(name), _columns(self._file(name).get("columns", [])))

    @property
    def recorded(self) -> list[str]:
        """The names of the fields that were recorded."""
        return [name.removeprefix("recordings/").removesuffix(".npy") for name in self._names() if name.startswith("recordings/")]

    def recording(self, field: str) -> Recording:
        """A recorded field over time. The array is mapped, not read."""
        if field not in self.recorded:
            there = ", ".join(self.recorded) or "none"
            raise FolderError(f"{self.path} has no recording of {field}; recorded fields: {there}")
        return Recording(self, field, self._file(f"recordings/{field}.npy")["arrays"][0])

    @cached_property
    def final(self) -> Mapping[str, NDArray[Any]]:
        """final.npz: the arrays of the last state by name."""
        with np.load(self._existing("final.npz"), allow_pickle=False) as arrays:
            return _Arrays(arrays)

    def unit(self, field: str) -> str:
        """The unit of an array of final.npz."""
        for a in self._file("final.npz")["arrays"]:
            if a["name"] == field:
                return str(a.get("unit", ""))
        raise FolderError(f"final.npz of {self.path} has no array {field}")

    @property
    def sides(self) -> list[int]:
        """The sides of the lattice that nodes or units lie on; empty without one."""
        return list(self.info.get("sites", {}).get("sides") or [])

    def on_lattice(self, values: NDArray[Any]) -> NDArray[Any]:
        """Gives values of all nodes, the last axis, the shape of the lattice."""
        if not self.sides:
            raise FolderError(f"the nodes of {self.path} lie on no lattice")
        return values.reshape(*values.shape[:-1], *self.sides)

    @property
    def overview(self) -> bytes:
        """overview.png: the whole run on one page."""
        return self._existing("overview.png").read_bytes()

    def _repr_png_(self) -> bytes | None:
        """A notebook shows the overview, where there is one."""
        path = self.path / "overview.png"
        return path.read_bytes() if path.exists() else None

    def plot(self, *quantities: str, kind: str = "png", **options: Any) -> _program.Figure:
        """A figure of quantities over the steps, drawn by the program: png, svg or pdf.

        Further keyword arguments are the flags of ``tnn-gpu plot``.
        """
        return _program.figure(self.path, quantities, kind, options)

    def stats(self, *statistics: str, **options: Any) -> dict[str, Any]:
        """The statistics of the run, or those named, as ``tnn-gpu stats --json`` has them.

        Further keyword arguments are the flags of ``tnn-gpu stats``, as ``first=101``.
        """
        said: dict[str, Any] = json.loads(_program.call(["stats", str(self.path), "--json", *_program.flags({"of": list(statistics) or None, **options})]))
        return said

    def resume(self, **options: Any) -> Run:
        """Goes on with the run, for example ``run.resume(steps="+100")``, and waits."""
        _program.call(["resume", str(self.path), *_program.flags(options)])
        self.__dict__.pop("info", None)
        self.__dict__.pop("final", None)
        return self

    def _names(self) -> Iterator[str]:
        for f in self.info["files"]:
            yield f["name"]

    def _file(self, name: str) -> dict[str, Any]:
        for f in self.info["files"]:
            if f["name"] == name:
                return dict(f)
        raise FolderError(f"{self.path} has no {name}; it has {', '.join(self._names())}")


class _Arrays(dict[str, NDArray[Any]]):
    """Arrays by name."""

    def __missing__(self, name: str) -> NDArray[Any]:
        raise KeyError(f"there is no array {name}; there are {', '.join(self)}")


class Recording:
    """A field over time.

    ``array`` has the axes that ``axes`` names, the first of which is the record.
    ``steps`` are the steps of the records.
    """

    def __init__(self, run: Run, field: str, entry: Mapping[str, Any]) -> None:
        self.run, self.field = run, field
        self.unit, self.doc = str(entry.get("unit", "")), str(entry.get("doc", ""))
        self.axes: list[str] = list(entry["axes"])
        self.array: NDArray[Any] = np.load(run._existing(f"recordings/{field}.npy"), mmap_mode="r", allow_pickle=False)
        every = int(entry["every"])
        self.steps = int(entry.get("first", every)) + every * np.arange(len(self.array))
        items = entry.get("items")
        self.items: NDArray[Any] | None = np.load(run._existing(items), allow_pickle=False) if items else None

    def on_lattice(self) -> NDArray[Any]:
        """The array with the axes of the lattice in place of the nodes'."""
        if self.items is not None:
            raise FolderError(f"{self.field} of {self.run.path} was recorded at some nodes only")
        return self.run.on_lattice(self.array)

    def to_xarray(self) -> xarray.DataArray:
        """A data array with the steps, and the numbers of items, as coordinates."""
        import xarray

        coords: dict[str, Any] = {self.axes[0]: self.steps}
        if self.items is not None:
            coords[self.axes[-1]] = self.items
        return xarray.DataArray(self.array, dims=self.axes, coords=coords, name=self.field, attrs={"units": self.unit, "long_name": self.doc})

    def __repr__(self) -> str:
        return f"<Recording {self.field} {'x'.join(map(str, self.array.shape))} ({' x '.join(self.axes)})>"


class Scan(Folder):
    """The folder of a scan."""

    @property
    def points(self) -> Table:
        """points.csv: a row a point, with mean, standard error and, where known, theory."""
        return self._table("points.csv")

    @property
    def trials(self) -> Table:
        """trials.csv: a row a trial."""
        return self._table("trials.csv")

    def _table(self, name: str) -> Table:
        return read(self._existing(name), _columns(self.info["scan"]["outcomes"]))

    def _repr_png_(self) -> bytes | None:
        """A notebook shows the figure, where there is one."""
        path = self.path / "points.png"
        return path.read_bytes() if path.exists() else None

    def plot(self, *outcomes: str, kind: str = "png", **options: Any) -> _program.Figure:
        """A figure of outcomes with error bars, drawn by the program: png, svg or pdf.

        Further keyword arguments are the flags of ``tnn-gpu plot``.
        """
        return _program.figure(self.path, outcomes, kind, options)


def open(path: str | os.PathLike[str]) -> Run | Scan:
    """Opens the folder of a run or of a scan. FolderError is raised where it is neither."""
    folder = Folder(path)
    return Scan(path) if "scan" in folder.info else Run(path)


def _columns(entries: list[dict[str, Any]]) -> dict[str, Column]:
    return {e["name"]: Column(e["name"], e.get("title", ""), e.get("unit", ""), e.get("doc", "")) for e in entries}
