"""Finding and starting the program."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _toml
from ._table import number, whole_lines

if TYPE_CHECKING:
    from ._folder import Run, Scan


class ProgramError(Exception):
    """The program ended with an exit code other than 0.

    ``code`` is the exit code: 1 a run failed, 2 bad usage or configuration, 3 device,
    75 time was up, 130 told to stop. ``text`` is what it said.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text.removeprefix("tnn-gpu: ") or f"tnn-gpu ended with exit code {code}")
        self.code, self.text = code, text


def find() -> str:
    """Gives the path of the program.

    That is what the environment variable TNN_GPU names, else a program beside this
    Python's or beside this package, else the one in PATH.
    """
    name = "tnn-gpu.exe" if os.name == "nt" else "tnn-gpu"
    if named := os.environ.get("TNN_GPU"):
        if not os.access(named, os.X_OK):
            raise FileNotFoundError(f"TNN_GPU is {named}, where no program is")
        return named
    here = Path(__file__).resolve().parent
    for folder in (Path(sys.executable).parent, here, here.parents[1] / "bin"):
        if os.access(folder / name, os.X_OK) and (folder / name).is_file():
            return str(folder / name)
    if found := shutil.which(name):
        return found
    raise FileNotFoundError("the program tnn-gpu is not found: put it in PATH, or name it in the environment variable TNN_GPU")


def call(args: Sequence[str], cwd: str | os.PathLike[str] | None = None) -> str:
    """Runs a command of the program and gives what it printed. ProgramError is raised where it fails."""
    done = subprocess.run([find(), *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", cwd=cwd)
    if done.returncode != 0:
        raise ProgramError(done.returncode, done.stderr.strip())
    return done.stdout


def version() -> str:
    """What the program says of its version."""
    return call(["version"]).strip()


def flags(options: Mapping[str, Any]) -> list[str]:
    """Gives keyword arguments as flags of the program.

    ``checkpoint="10m"`` is ``--checkpoint 10m``, ``no_overview=True`` is
    ``--no-overview``. None and False are left out. A dict gives KEY=VALUE for each
    entry, with VALUE in TOML: ``set={"graph.sides": [64, 64]}``. A list gives its
    entries with commas between them.
    """
    out: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            out.append(flag)
        elif isinstance(value, Mapping):
            for key, x in value.items():
                out += [flag, f"{key}={_setting(name, x)}"]
        elif isinstance(value, (list, tuple)):
            out += [flag, ",".join(map(str, value))]
        else:
            out += [flag, str(value)]
    return out


def _setting(name: str, x: Any) -> str:
    """A value of --set, or the values of --over and --sweep."""
    if name == "set":
        return _toml.value(x)
    if isinstance(x, str):
        return x
    if not isinstance(x, Iterable):  # a single value
        return _toml.value(x)
    return ",".join(v if isinstance(v, str) else _toml.value(v) for v in x)


class Process:
    """A run at work. Use it as a context manager, or call ``wait``."""

    def __init__(self, args: Sequence[str], out: Path, own: Path | None) -> None:
        self.out, self._own = out, own
        self._stopped = False
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._popen = subprocess.Popen([find(), *args], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors)

    def poll(self) -> int | None:
        """The exit code, None while the run goes on."""
        return self._popen.poll()

    def stop(self) -> Run:
        """Has the run save itself and end; ``run.resume()`` goes on with it."""
        self._stopped = True
        if self.poll() is None:
            self._popen.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self, timeout: float | None = None, stopped: bool = False) -> Run:
        """Waits for the end and gives the run.

        ProgramError is raised where it fails, and subprocess.TimeoutExpired after
        timeout seconds. With stopped, and after ``stop``, a run that was told to stop is no error.
        """
        from ._folder import Run

        code = self._popen.wait(timeout)
        self._end()
        if code != 0 and not ((stopped or self._stopped) and code in (75, 130)):
            raise ProgramError(code, self._said)
        return Run(self.out)

    def follow(self, every: float = 0.2) -> Iterator[dict[str, Any]]:
        """Gives the rows of steps.csv as they come, and returns when the run has ended.

        every is how often the table is looked at, in seconds.
        """
        names: list[str] = []
        at = 0
        while True:
            ended = self.poll() is not None
            lines, at = whole_lines(self.out / "steps.csv", at)
            for fields in csv.reader(lines):
                if names:
                    yield {n: number(f) for n, f in zip(names, fields)}
                else:
                    names = fields
            if ended:
                self.wait(stopped=True)
                return
            time.sleep(every)

    def _end(self) -> None:
        if self._errors.closed:
            return
        self._errors.seek(0)
        self._said = self._errors.read().strip()
        self._errors.close()
        if self._own:  # the user knows it as a dict
            self._said = self._said.replace(str(self._own), "config")
            self._own.unlink(missing_ok=True)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self.poll() is None:
            self._popen.send_signal(signal.SIGTERM)
            self._popen.wait()
        self._end()


def start(config: Mapping[str, Any] | str | os.PathLike[str] | None = None, *, out: str | os.PathLike[str], **options: Any) -> Process:
    """Starts a run in the new folder out.

    config is a configuration: a dict by sections, or the path of a file. Without it,
    and without ``preset``, the default preset is run. Further keyword arguments are
    the flags of ``tnn-gpu run``: see ``flags``.
    """
    args, own = arguments("run", config, options)
    return Process([*args, "--out", os.fspath(out)], Path(out), own)


def arguments(verb: str, config: Mapping[str, Any] | str | os.PathLike[str] | None, options: Mapping[str, Any]) -> tuple[list[str], Path | None]:
    """Gives the command line of a verb, and the file that a dict was written to."""
    args = [verb, *flags(options)]
    if not isinstance(config, Mapping):
        return args + ([] if config is None else [os.fspath(config)]), None
    handle, name = tempfile.mkstemp(suffix=".toml")
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        f.write(_toml.document(config))
    return [*args, name], Path(name)


def run(config: Mapping[str, Any] | str | os.PathLike[str] | None = None, *, out: str | os.PathLike[str], **options: Any) -> Run:
    """Makes a run and waits for its end; see ``start``."""
    with start(config, out=out, **options) as process:
        return process.wait()


def scan(config: Mapping[str, Any] | str | os.PathLike[str] | None = None, *, out: str | os.PathLike[str], **options: Any) -> Scan:
    """Makes a scan and waits for its end.

    config is a configuration as a dict, or the path of a scan's file or of a
    configuration. ``over`` is a dict of keys and their values; a key of the form
    "A=1,2;B" varies keys side by side. Further keyword arguments are the flags of
    ``tnn-gpu scan``.
    """
    from ._folder import Scan

    args, own = arguments("scan", config, options)
    try:
        call([*args, "--out", os.fspath(out)])
    except ProgramError as error:  # the user knows a dict, and not its file
        raise ProgramError(error.code, error.text.replace(str(own), "config")) if own else error from None
    finally:
        if own:
            own.unlink(missing_ok=True)
    return Scan(out)


class Figure(bytes):
    """A figure as a file's contents. A notebook shows it; ``save`` writes it."""

    kind: str

    def __new__(cls, contents: bytes, kind: str) -> Figure:
        """A figure of a kind: png, svg or pdf."""
        made = super().__new__(cls, contents)
        made.kind = kind
        return made

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the figure to a file."""
        Path(path).write_bytes(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        mime = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}[self.kind]
        return {mime: self.decode() if self.kind == "svg" else bytes(self)}

    def __repr__(self) -> str:
        return f"<Figure {self.kind}, {len(self)} bytes>"


def figure(path: Path, quantities: Sequence[str], kind: str, options: Mapping[str, Any]) -> Figure:
    """Has the program draw a figure of a run or a scan; options are flags of ``tnn-gpu plot``."""
    if quantities and "quantity" in options:
        raise TypeError("plot is given quantities twice: leave out quantity=")
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / f"figure.{kind}"
        call(["plot", str(path), *flags({"quantity": list(quantities) or None, **options, "out": to})])
        return Figure(to.read_bytes(), kind)
