"""Closed loops: networks that are fed step by step."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _program
from ._folder import Run


class Loop:
    """A network that makes a step when it is given its inputs, and answers.

    ``answer`` names what it answers with: quantities, fields, or values of a field, as
    ``"rate_e"`` or ``"state[12]"``; all quantities if it is left out. The other
    arguments are those of ``start``. ``step`` takes the inputs of a step and gives the
    answers as an array; ``reset`` begins a new run of the same network, in the folder
    out-2, out-3, ... The network keeps what it has learned for as long as it is not
    reset.

    >>> with tnn_gpu.Loop(preset="driven", answer="state[0]", out="loop") as loop:
    ...     x = loop.step([1, 1, 1, 1, -1, -1, -1, -1])
    """

    def __init__(self, config: Mapping[str, Any] | str | os.PathLike[str] | None = None, *, out: str | os.PathLike[str], answer: str | Iterable[str] | None = None, **options: Any) -> None:
        if answer is not None:
            options["answer"] = answer if isinstance(answer, str) else list(answer)
        self._seed: int | None = options.pop("seed", None)
        self._args, self._own = _program.arguments("feed", config, options)
        self._first, self._runs = Path(out), 0
        self._popen: subprocess.Popen[str] | None = None
        self.reset()

    def reset(self, seed: int | None = None) -> None:
        """Ends the run, if there is one, and begins a new one at step 0.

        Without a seed it has that of the run before.
        """
        self._end()
        if seed is not None:
            self._seed = seed
        self._runs += 1
        self.out = self._first if self._runs == 1 else self._first.with_name(f"{self._first.name}-{self._runs}")
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._popen = subprocess.Popen(
            [_program.find(), *self._args, *_program.flags({"seed": self._seed}), "--out", os.fspath(self.out)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding="utf-8",
        )

    def step(self, inputs: Iterable[float] | float) -> NDArray[np.float64]:
        """Makes a step with inputs, one for each that the network takes.

        ValueError is raised for inputs that it does not take, which change nothing.
        """
        values = np.atleast_1d(np.asarray(inputs, dtype=np.float64))
        if values.ndim != 1:
            raise ValueError(f"the inputs have the shape {values.shape}: give a list of one number for each input")
        return np.array(self._ask(" ".join(repr(float(v)) for v in values)).split(), dtype=np.float64)

    def control(self, name: str, value: float) -> None:
        """Sets a control for the steps to come, such as ``("adapt", 0)``."""
        self._ask(f"!{name} {value!r}")

    def command(self, *words: str) -> None:
        """Gives a command of the model, such as ``("phase", "training")`` of a SORN."""
        self._ask("!" + " ".join(words))

    def save(self, path: str | os.PathLike[str] | None = None) -> None:
        """Makes a checkpoint or, with a path, writes the state there, as final.npz has it."""
        self._ask("!save" if path is None else f"!save {os.fspath(path)}")

    def close(self) -> Run:
        """Ends the run and gives its folder."""
        self._end()
        if self._own:
            self._own.unlink(missing_ok=True)
        return Run(self.out)

    def __enter__(self) -> Loop:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _ask(self, line: str) -> str:
        if self._popen is None or self._popen.stdin is None or self._popen.stdout is None:
            raise ValueError("the loop is closed")
        try:
            self._popen.stdin.write(line + "\n")
            self._popen.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, and the end says why
        line = self._popen.stdout.readline()
        answer = line.rstrip("\n")
        if not line:
            popen = self._popen
            self._end()
            raise _program.ProgramError(popen.returncode, self._said or "the run has ended: all its steps are made")
        if answer.startswith("error: "):
            raise ValueError(answer.removeprefix("error: "))
        return answer

    def _end(self) -> None:
        if self._popen is None:
            return
        popen, self._popen = self._popen, None
        if popen.stdin:
            try:
                popen.stdin.close()
            except BrokenPipeError:
                pass
        popen.wait()
        if popen.stdout:
            popen.stdout.close()
        self._errors.seek(0)
        said = self._errors.read().strip()
        self._errors.close()
        self._said = said if popen.returncode else ""
        if popen.returncode and self._own:
            self._said = self._said.replace(str(self._own), "config")
