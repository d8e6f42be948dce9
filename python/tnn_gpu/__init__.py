"""Runs, scans and closed loops of the simulator tnn-gpu, from Python.

>>> import tnn_gpu
>>> run = tnn_gpu.run(preset="driven", steps=200, out="r")
>>> run.steps["order"][-1], run.steps.unit("energy")
>>> scan = tnn_gpu.scan(preset="isolated4", over={"edge.inverse_temperature": [20, 80]}, trials=4, out="s")
>>> scan.points["order"], scan.points["order_error"]

The program itself, ``tnn-gpu``, computes; this package starts it and opens what it
leaves. It needs NumPy. ``to_pandas``, ``to_xarray`` and ``plot`` need pandas, xarray
and matplotlib.
"""

from ._folder import Folder, FolderError, Recording, Run, Scan, open
from ._loop import Loop
from ._program import Figure, Process, ProgramError, find, run, scan, start, version
from ._table import Column, Table

__all__ = [
    "Column",
    "Figure",
    "Folder",
    "FolderError",
    "Loop",
    "Process",
    "ProgramError",
    "Recording",
    "Run",
    "Scan",
    "Table",
    "find",
    "open",
    "run",
    "scan",
    "start",
    "version",
]
