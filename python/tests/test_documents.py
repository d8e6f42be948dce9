"""The notebook and the page of the package do what they show."""

import contextlib
import io
import json
import os
import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Documents(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def carry_out(self, parts):
        """Runs pieces of code one after another in one scope, and gives what they printed."""
        scope, printed = {}, io.StringIO()
        for i, source in enumerate(parts):
            with contextlib.redirect_stdout(printed), self.subTest(part=i):
                exec(compile(source, f"part {i}", "exec"), scope)
        return printed.getvalue()

    def test_notebook(self):
        notebook = json.loads((ROOT / "docs" / "tour.ipynb").read_text(encoding="utf-8"))
        cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
        self.assertGreater(len(cells), 8)
        self.assertTrue(all(c["outputs"] == [] for c in cells), "outputs belong to the machine that made them")
        printed = self.carry_out("".join(c["source"]) for c in cells)
        for words in ("400 steps, finished", "2 config:1: graph.sides is [20, -1]", "cancelled", "f = 0.7: order 0.", "ended after"):
            self.assertIn(words, printed)

    def test_closed_loop(self):
        page = (ROOT / "docs" / "sorn.md").read_text(encoding="utf-8")
        printed = self.carry_out(re.findall("(?s)```python\n(.*?)```", page)[:1])
        lasted = [int(n) for n in re.search(r"balanced for \[(.*)\] steps", printed).group(1).split(",")]
        self.assertGreater(sum(lasted) / len(lasted), 195)

    def test_page(self):
        blocks = re.findall("(?s)```python\n(.*?)```", (ROOT / "python" / "README.md").read_text(encoding="utf-8"))
        self.assertEqual(len(blocks), 2)
        printed = self.carry_out(blocks)
        self.assertIn("finished", printed)
        self.assertIn(" in steered-3\n", printed)
