"""Tests of the package against the program that TNN_GPU names."""

import importlib
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest
import venv

import numpy as np

import tnn_gpu
from tnn_gpu import _program, _toml


class InFolder(unittest.TestCase):
    def library(self, name):
        """Imports a library. A test without it is skipped, but not in CI."""
        try:
            return importlib.import_module(name)
        except ImportError:
            if os.environ.get("TNN_REQUIRE_OPENCL") == "1":
                raise
            self.skipTest(f"{name} is not there")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)


class Runs(InFolder):
    def test_run_of_a_preset(self):
        run = tnn_gpu.run(preset="driven", steps=30, backend="cpu", record=["state", "weight"], every=10, watch="state[12]", out=self.dir / "r")
        self.assertEqual((run.model, run.status, run.sides), ("tnn", "finished", [30, 30]))
        self.assertEqual(list(run.steps["step"]), list(range(1, 31)))
        self.assertEqual((run.steps.unit("energy"), run.steps.unit("order"), run.unit("energy")), ("kT", "1", "kT"))
        self.assertEqual(run.probes.names, ["step", "state[12]"])
        self.assertEqual(run.recorded, ["state", "weight"])
        state = run.recording("state")
        self.assertEqual(state.on_lattice().shape, (3, 30, 30))
        self.assertEqual(list(state.steps), [10, 20, 30])
        np.testing.assert_array_equal(state.array[-1], run.final["state"])
        order = -np.mean(run.final["state"][run.final["a"]] * run.final["state"][run.final["b"]])
        self.assertLess(abs(order), 1)
        self.assertTrue(run._repr_png_().startswith(b"\x89PNG"))
        self.assertTrue(run.plot("order", "energies", kind="svg").lstrip().startswith(b"<"))
        self.assertEqual(run.config["run"]["seed"], 1)
        longer = run.resume(steps="+10", backend="cpu")
        self.assertEqual((len(longer.steps), longer.info["steps"]), (40, 40))
        self.assertIsInstance(tnn_gpu.open(self.dir / "r"), tnn_gpu.Run)

    def test_run_of_a_dict_is_that_of_its_file(self):
        config = {"model": "tnn", "graph": {"kind": "neighbor", "sides": [6, 8]}, "group": [{"connections": 4, "levels": 3}], "era": [{"steps": 20}], "run": {"seed": 7}}
        a = tnn_gpu.run(config, backend="cpu", no_overview=True, out=self.dir / "a")
        (self.dir / "c.toml").write_text(_toml.document(config))
        b = tnn_gpu.run(self.dir / "c.toml", backend="cpu", no_overview=True, out=self.dir / "b")
        np.testing.assert_array_equal(a.final["weight"], b.final["weight"])
        self.assertEqual((a.sides, a.config["run"]["seed"], a._repr_png_()), ([6, 8], 7, None))

    def test_settings_are_toml(self):
        run = tnn_gpu.run(preset="isolated4", set={"graph.sides": [4, 6], "edge.inverse_temperature": np.float64(40)}, steps=5, backend="cpu", no_overview=True, out=self.dir / "r")
        self.assertEqual((run.sides, run.config["edge"]["inverse_temperature"]), ([4, 6], 40))

    def test_replicas_have_an_axis_and_tables_a_column(self):
        run = tnn_gpu.run(preset="isolated4", steps=12, replicas=3, record="state", every=5, nodes="3,17", backend="cpu", no_overview=True, out=self.dir / "r")
        state = run.recording("state")
        self.assertEqual((state.array.shape, state.axes, list(state.items)), ((2, 3, 2), ["record", "replica", "node"], [3, 17]))
        self.assertEqual(list(run.steps["replica"][:4]), [0, 1, 2, 0])
        with self.assertRaisesRegex(tnn_gpu.FolderError, "recorded at some nodes only"):
            state.on_lattice()

    def test_follow_gives_every_row_once(self):
        with tnn_gpu.start(preset="isolated4", steps=400, backend="cpu", no_overview=True, out=self.dir / "r") as process:
            rows = list(process.follow(every=0.01))
        self.assertEqual([r["step"] for r in rows], list(range(1, 401)))
        self.assertEqual(rows, list(tnn_gpu.open(self.dir / "r").steps.rows()))

    def test_stop_saves_and_resume_goes_on(self):
        process = tnn_gpu.start(preset="isolated4", steps=10**9, backend="cpu", no_overview=True, out=self.dir / "r")
        next(process.follow())
        run = process.stop()
        self.assertEqual(process.wait().path, run.path)
        steps = run.info["steps"]
        self.assertEqual((run.status, steps > 0), ("cancelled", True))
        longer = run.resume(steps=str(steps + 10), backend="cpu")
        self.assertEqual((longer.status, longer.steps["step"][-1]), ("finished", steps + 10))

    def test_errors_are_the_programs(self):
        for config, says in [({"grph": {}}, "grph"), ({"graph": {"sides": [0, 4]}}, "sides")]:
            with self.assertRaisesRegex(tnn_gpu.ProgramError, says) as caught:
                tnn_gpu.run(config, out=self.dir / "r")
            self.assertEqual(caught.exception.code, 2)
            self.assertFalse((self.dir / "r").exists())
        with self.assertRaisesRegex(tnn_gpu.FolderError, "it has no run.json"):
            tnn_gpu.open(self.dir)
        (self.dir / "run.json").write_text("{")
        with self.assertRaisesRegex(tnn_gpu.FolderError, "cannot be read"):
            tnn_gpu.open(self.dir)

    def test_a_column_that_is_not_there(self):
        run = tnn_gpu.run(preset="isolated4", steps=2, backend="cpu", no_overview=True, out=self.dir / "r")
        with self.assertRaisesRegex(KeyError, "there is no column ordr; there are step, energy"):
            run.steps["ordr"]
        with self.assertRaisesRegex(KeyError, "there is no array nope; there are .*state"):
            run.final["nope"]
        with self.assertRaisesRegex(tnn_gpu.FolderError, "recorded fields: none"):
            run.recording("state")

    def test_stats(self):
        run = tnn_gpu.run(preset="isolated4", steps=20, backend="cpu", no_overview=True, out=self.dir / "r")
        found = run.stats("series", first=11)
        self.assertEqual((found["first"], found["last"], [s["name"] for s in found["parts"][0]["statistics"]]), (11, 20, ["series"]))
        values = {v["name"]: v["value"] for v in found["parts"][0]["statistics"][0]["values"]}
        self.assertAlmostEqual(values["energy"], run.steps["energy"][10:].mean(), 9)
        with self.assertRaisesRegex(tnn_gpu.ProgramError, "there is no statistic"):
            run.stats("nope")

    def test_other_models(self):
        run = tnn_gpu.run(preset="hopfield-two-memories", backend="cpu", out=self.dir / "r")
        self.assertEqual((run.model, run.status), ("hopfield", "ended"))
        self.assertIn("overlap", run.steps)


class Scans(InFolder):
    def test_scan(self):
        scan = tnn_gpu.scan(preset="isolated4", set={"graph.sides": [6, 6]}, over={"edge.inverse_temperature": [20, 80], "group[0].levels": [2, 3]}, trials=3, steps=20, backend="cpu", out=self.dir / "s")
        self.assertEqual((len(scan.points), len(scan.trials)), (4, 12))
        np.testing.assert_array_equal(scan.points["n"], 3)
        first = scan.trials["order"][:3]
        self.assertAlmostEqual(scan.points["order"][0], first.mean(), 12)
        self.assertAlmostEqual(scan.points["order_error"][0], first.std(ddof=1) / 3**0.5, 12)
        self.assertEqual(scan.points.unit("energy_error"), "kT")
        self.assertTrue(scan._repr_png_().startswith(b"\x89PNG"))
        self.assertTrue(scan.plot("order", kind="svg", x="group[0].levels").lstrip().startswith(b"<"))
        self.assertIsInstance(tnn_gpu.open(self.dir / "s"), tnn_gpu.Scan)

    def test_scan_over_one_value(self):
        scan = tnn_gpu.scan(preset="isolated4", set={"graph.sides": [6, 6]}, over={"edge.inverse_temperature": np.float64(20.5)}, steps=5, backend="cpu", out=self.dir / "s")
        self.assertEqual(list(scan.points["edge.inverse_temperature"]), [20.5])

    def test_scan_of_a_dict(self):
        config = {"graph": {"sides": [6, 6]}, "group": [{"connections": 4}], "era": [{"steps": 10}]}
        scan = tnn_gpu.scan(config, over={"group[0].levels": [2, 3]}, trials=2, backend="cpu", out=self.dir / "s")
        self.assertEqual(list(scan.points["group[0].levels"]), [2, 3])
        with self.assertRaisesRegex(tnn_gpu.ProgramError, "^config:[0-9]+: graph.sides") as caught:
            tnn_gpu.scan({**config, "graph": {"sides": [6, -6]}}, over={"group[0].levels": [2, 3]}, out=self.dir / "no")
        self.assertEqual(caught.exception.code, 2)

    def test_figures_are_shown_and_saved(self):
        run = tnn_gpu.run(preset="isolated4", steps=20, backend="cpu", no_overview=True, out=self.dir / "r")
        self.assertEqual(run.plot(quantity=["order", "energy"], kind="svg"), run.plot("order", "energy", kind="svg"))
        with self.assertRaisesRegex(TypeError, "quantities twice"):
            run.plot("order", quantity="energy")
        for kind, mime, begins in [("png", "image/png", b"\x89PNG"), ("svg", "image/svg+xml", b"<"), ("pdf", "application/pdf", b"%PDF")]:
            figure = run.plot("order", kind=kind)
            self.assertIsInstance(figure, tnn_gpu.Figure)
            self.assertEqual(list(figure._repr_mimebundle_()), [mime])
            figure.save(self.dir / f"f.{kind}")
            self.assertTrue((self.dir / f"f.{kind}").read_bytes().lstrip().startswith(begins))

    def test_lists_as_values(self):
        scan = tnn_gpu.scan(preset="isolated4", over={"graph.sides": [[4, 4], [6, 6]]}, trials=2, steps=5, backend="cpu", out=self.dir / "s")
        self.assertEqual(list(scan.points["graph.sides"]), ["[4, 4]", "[6, 6]"])


class Loops(InFolder):
    def test_loop(self):
        inputs = [[float(np.sin(t)), float(np.cos(t))] for t in range(12)]
        config = {
            "graph": {"sides": [8, 8]},
            "group": [{"connections": 4}],
            "external": [{"count": 2, "connections": 4, "weight": 3.0, "wave": "feed"}],
            "era": [{"steps": 12}],
        }
        with tnn_gpu.Loop(config, answer=["state[external]", "order"], backend="cpu", no_overview=True, out=self.dir / "l") as loop:
            for row in inputs:
                answer = loop.step(row)
                self.assertEqual(len(answer), 3)
                np.testing.assert_allclose(answer[:2], row, atol=1e-6)
            self.assertEqual(loop.out.name, "l")
            loop.reset()
            self.assertEqual(loop.out.name, "l-2")
            for bad in ([1.0], [1.0, 2.0]):
                with self.assertRaisesRegex(ValueError, "numbers|number"):
                    loop.step(bad)
            with self.assertRaisesRegex(ValueError, r"the shape \(1, 2\): give a list of one number for each input"):
                loop.step(np.array([[1.0, 2.0]]))
            again = [loop.step(row) for row in inputs]
            loop_run = loop.close()
        np.testing.assert_array_equal(again[-1], answer)
        self.assertEqual(loop_run.info["steps"], 12)
        np.testing.assert_array_equal(loop_run.steps["order"], tnn_gpu.open(self.dir / "l").steps["order"])
        with self.assertRaisesRegex(ValueError, "closed"):
            loop.step([0, 0])

    def test_seeds_of_a_loop(self):
        """A reset keeps the seed, or takes another one."""
        config = {"graph": {"sides": [6, 6]}, "group": [{"connections": 4}], "external": [{"count": 2, "connections": 4, "weight": 3.0, "wave": "feed"}], "era": [{"steps": 2}]}
        with tnn_gpu.Loop(config, answer="energy", seed=5, backend="cpu", no_overview=True, out=self.dir / "l") as loop:
            energies = [loop.step([1, -1])[0]]
            for seed in (None, 6, None, 5):
                loop.reset(seed)
                energies.append(loop.step([1, -1])[0])
        self.assertEqual([e == energies[0] for e in energies], [True, True, False, False, True])
        self.assertEqual(energies[2], energies[3])

    def test_loop_of_spikes(self):
        """A network that is silent answers with an empty line."""
        with tnn_gpu.Loop(preset="sorn-0.3", set={"sorn.ne": 40, "sorn.nu": 2, "sorn.noise": False}, answer="spikes", backend="cpu", no_overview=True, out=self.dir / "l") as loop:
            self.assertEqual(list(loop.step([0, 0])), [])
            self.assertEqual(list(loop.step([1000, 1000]))[:2], [0, 1])
            loop.save(self.dir / "state.npz")
            self.assertEqual(list(np.load(self.dir / "state.npz")["x"][:2]), [1, 1])
            loop.command("phase", "training")
            loop.command("rest")
            with self.assertRaisesRegex(ValueError, "!phase plasticity or !phase training"):
                loop.command("phase", "sleep")

    def test_loop_that_cannot_begin(self):
        loop = tnn_gpu.Loop({"graph": {"sides": [4, 4]}, "group": [{"connections": 4}], "era": [{"steps": 5}]}, out=self.dir / "l")
        with loop, self.assertRaisesRegex(tnn_gpu.ProgramError, "external") as caught:
            loop.step([1.0])
        self.assertEqual(caught.exception.code, 2)


class Libraries(InFolder):
    def test_pandas(self):
        pandas = self.library("pandas")
        run = tnn_gpu.run(preset="isolated4", steps=5, backend="cpu", no_overview=True, out=self.dir / "r")
        frame = run.steps.to_pandas()
        self.assertIsInstance(frame, pandas.DataFrame)
        self.assertEqual((frame.attrs["units"]["energy"], len(frame), frame["step"].dtype), ("kT", 5, np.int64))

    def test_xarray(self):
        xarray = self.library("xarray")
        run = tnn_gpu.run(preset="isolated4", steps=6, record="energy", every=2, nodes="3,17", backend="cpu", no_overview=True, out=self.dir / "r")
        energy = run.recording("energy").to_xarray()
        self.assertIsInstance(energy, xarray.DataArray)
        self.assertEqual((energy.dims, list(energy["record"].values), list(energy["node"].values), energy.attrs["units"]), (("record", "node"), [2, 4, 6], [3, 17], "kT"))

    def test_matplotlib(self):
        matplotlib = self.library("matplotlib")
        matplotlib.use("Agg")
        run = tnn_gpu.run(preset="isolated4", steps=5, backend="cpu", no_overview=True, out=self.dir / "r")
        ax = run.steps.plot("step", "energy")
        self.assertEqual((ax.get_ylabel(), len(ax.lines)), ("energy per node [kT]", 1))

    def test_a_notebook_shows_tables(self):
        run = tnn_gpu.run(preset="isolated4", steps=15, backend="cpu", no_overview=True, out=self.dir / "r")
        page = run.steps._repr_html_()
        self.assertEqual(page.count("<tr>"), 1 + 11)
        self.assertIn("energy per node [kT]", page)


class Toml(unittest.TestCase):
    def test_what_is_written_is_read_back(self):
        config = {"a b": 1, "run": {"seed": 2**53 + 1, "name": 'q"\\\n\x00\x7fü', "on": True}, "era": [{"steps": 3, "x": [0.1, 1e300, float("inf")]}], "e": [], "np": np.arange(3)}
        read = tomllib.loads(_toml.document(config))
        config["np"] = [0, 1, 2]
        self.assertEqual(read, config)

    def test_what_toml_lacks(self):
        with self.assertRaisesRegex(TypeError, "NoneType"):
            _toml.value({"a": None})


class Finding(InFolder):
    def test_where_the_program_is_looked_for(self):
        there = os.environ.get("TNN_GPU")
        self.addCleanup(lambda: os.environ.__setitem__("TNN_GPU", there) if there else os.environ.pop("TNN_GPU", None))
        os.environ["TNN_GPU"] = str(self.dir / "none")
        with self.assertRaisesRegex(FileNotFoundError, "TNN_GPU is "):
            tnn_gpu.find()
        del os.environ["TNN_GPU"]
        beside = pathlib.Path(_program.__file__).resolve().parents[2] / "bin" / "tnn-gpu"
        if beside.exists():
            self.assertEqual(tnn_gpu.find(), str(beside))

    def test_flags(self):
        self.assertEqual(
            _program.flags({"steps": 3, "no_overview": True, "live": False, "out": None, "set": {"a.b": "x"}, "over": {"k": [1, "t"], "A=1,2;B": "3,4"}, "record": ["state", "energy"]}),
            ["--steps", "3", "--no-overview", "--set", 'a.b="x"', "--over", "k=1,t", "--over", "A=1,2;B=3,4", "--record", "state,energy"],
        )


class Installing(InFolder):
    def test_pip_installs_offline(self):
        source = pathlib.Path(__file__).resolve().parents[1]
        self.library("setuptools")
        self.library("ensurepip")
        venv.create(self.dir / "v", system_site_packages=True, with_pip=True)
        python = self.dir / "v" / "bin" / "python"
        # pip builds inside of the folder it installs from, so it gets a copy.
        copy = self.dir / "copy"
        subprocess.run(["cp", "-r", source, copy], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-index", "--no-build-isolation", copy], check=True)
        said = subprocess.run([python, "-c", "import tnn_gpu; print(tnn_gpu.__file__); print(tnn_gpu.version())"], check=True, capture_output=True, text=True, cwd=self.dir, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"}).stdout
        self.assertIn(str(self.dir / "v"), said)
        self.assertIn("tnn-gpu", said)


if __name__ == "__main__":
    sys.exit(unittest.main())
