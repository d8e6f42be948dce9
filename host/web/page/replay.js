// Finished runs: listed, compared in the charts, replayed from their recordings.

import { $, element } from "./dom.js";
import { Finished, runs as fetchRuns } from "./source.js";
import { swept } from "./charts.js";
import { RunList } from "./list.js";
import { lineColour, css, prefixed } from "./colours.js";

const again = 3000; // milliseconds from one look at runs that go on to the next

export class ReplayPage {
  constructor(view, { runs, keys, notice }) {
    this.view = view;
    this.source = new Finished(e => view.status(e.message, "wrong"));
    this.compared = new Map(); // by name: colour, and points when they are there
    this.graphs = new Map(); // where nodes are drawn, by name and start of the run
    view.onView = v => { this.region = v; this.picture(); };
    view.onNode = id => this.point(id);
    view.onChange = () => this.changed();
    view.keys = { " ": () => this.play(), ".": () => this.go(1), ",": () => this.go(-1), Escape: () => view.lattice.point(-1, false) };
    $("play").onclick = () => this.play();
    $("record").oninput = () => this.picture();
    $("distribution").onchange = () => this.showHistograms();
    $("runs").hidden = false;
    $("notice").textContent = notice ?? "";
    $("notice").hidden = !notice;
    this.rows = new RunList({ head: $("head"), body: $("list"), filter: $("filter"), count: $("count") }, { open: name => this.open(name), compare: (name, on) => this.compare(name, on) });
    $("settings").ontoggle = $("differing").onchange = () => this.showSettings();
    this.list(runs, keys);
    const first = runs.find(r => !r.problem);
    if (first) this.open(first.name);
    setInterval(() => this.refresh(), again);
  }

  list(runs, keys = this.keys) {
    Object.assign(this, { runs, keys });
    const colours = new Map([...this.compared].map(([name, c]) => [name, c.colour]));
    this.rows.show(runs, keys ?? [], this.view.about?.name, colours);
  }

  // showSettings lists the configuration of the runs in the charts, side by side.
  async showSettings() {
    if (!$("settings").open) return;
    const names = this.runs.map(r => r.name).filter(name => this.compared.has(name));
    const texts = await Promise.all(names.map(async name => {
      try { return new Map((await this.source.settings(name)).map(s => [s.key, s.text])); } catch { return new Map(); }
    }));
    const keys = [...new Set(texts.flatMap(t => [...t.keys()]))];
    const differs = key => new Set(texts.map(t => t.get(key))).size > 1;
    $("of").replaceChildren(element("th", "Key", { scope: "col" }), ...names.map(n => element("th", n, { scope: "col" })));
    $("texts").replaceChildren(...keys.filter(k => !$("differing").checked || differs(k)).map(key => {
      const tr = element("tr", "", { className: differs(key) ? "differs" : "" });
      tr.append(element("th", key, { scope: "row" }), ...texts.map(t => element("td", t.get(key) ?? "–")));
      return tr;
    }));
  }

  // open shows the picture of a run, and has it in the charts.
  async open(name) {
    const run = this.runs.find(r => r.name === name);
    this.opening = name;
    const graph = `${name} ${run.started}`; // another run can be made under the same name
    if (run.grids[run.item]?.drawn && !this.graphs.has(graph)) this.graphs.set(graph, await this.source.graph(name).catch(() => null));
    if (this.opening !== name) return; // another one was asked for meanwhile
    this.view.open(run, this.graphs.get(graph));
    this.view.status(run.status, run.status === "running" ? "running" : "");
    this.tell(run);
    $("when").textContent = "";
    await this.compare(name, true);
    this.histograms = await this.source.histograms(name).catch(() => null) ?? [];
    const names = [...new Set(this.histograms.map(h => h.name))], before = $("distribution").value;
    $("distribution").replaceChildren(...names.map(n => element("option", n.replaceAll("_", " "), { value: n })));
    if (names.includes(before)) $("distribution").value = before;
    $("distributions").hidden = !names.length;
    this.showHistograms();
  }

  tell(run) {
    const sites = run.grids[run.item];
    this.view.facts([
      ["Steps", run.steps], ["Speed", run.rate ? `${prefixed(run.rate)} ${run.work || "updates"}/s` : ""], ["Model", `${run.model} ${run.rule}`],
      [sites ? "Sites" : "", sites?.sides?.length ? sites.sides.join("×") : sites?.nodes], ["Device", run.device],
      [run.keyed ? "Keys" : "Seed", (run.seeds ?? []).slice(0, 3).join(", ") + (run.seeds?.length > 3 ? " …" : "")],
      swept(run, this.view.replica).fact,
    ]);
  }

  changed() {
    this.timeline();
    if (!this.view.about.sweep) return;
    this.tell(this.view.about);
    this.showCharts();
    this.showHistograms();
  }

  async compare(name, on) {
    if (!on) this.compared.delete(name);
    else if (!this.compared.has(name)) {
      const taken = new Set([...this.compared.values()].map(c => c.colour));
      let i = 0;
      while (taken.has(lineColour(i)) && i < this.compared.size) i++;
      this.compared.set(name, { colour: lineColour(i) });
    }
    this.list(this.runs);
    if (on) await this.load(name);
    this.showCharts();
    await this.showSettings();
  }

  async load(name) {
    try {
      const p = await this.source.points(name);
      Object.assign(this.compared.get(name) ?? {}, { name, steps: p.steps ?? [], names: p.names ?? [], all: p.values ?? [] });
    } catch (e) { this.view.status(e.message, "wrong"); }
  }

  showCharts() {
    const runs = [...this.compared.values()].filter(r => r.steps);
    for (const r of runs) {
      const first = swept(this.runs.find(a => a.name === r.name), this.view.replica).point * r.names.length;
      r.values = Object.fromEntries(r.names.map((column, i) => [column, r.all[first + i] ?? []]));
    }
    const columns = new Map();
    for (const r of this.runs) if (this.compared.has(r.name)) for (const c of r.columns ?? []) if (!columns.has(c.name)) columns.set(c.name, c);
    this.view.charts.show([...columns.values()], runs);
  }

  showHistograms() {
    const colours = { start: css("--dim"), end: lineColour(0) };
    const { value } = swept(this.view.about, this.view.replica);
    const chosen = (this.histograms ?? []).filter(h => h.name === $("distribution").value && h.swept === value);
    this.view.histogram.show(chosen.map(h => ({ ...h, label: h.when, colour: colours[h.when] })));
  }

  // timeline suits the slider to the field. Another run is shown at its end, another
  // field of the same run at about the step of the one before.
  timeline() {
    const f = this.view.field, { name } = this.view.about;
    $("player").hidden = !f;
    if (!f) return;
    const stay = f.every && this.shown?.name === name;
    $("record").max = Math.max(0, f.records - 1);
    $("record").value = stay ? Math.max(0, Math.round((this.shown.step - f.first) / f.every)) : f.records - 1;
    $("record").disabled = $("play").disabled = f.records < 2;
    this.say();
  }

  get step() {
    const f = this.view.field;
    if (!f) return 0;
    return f.every ? f.first + f.every * Number($("record").value) : this.view.about.steps;
  }

  say() {
    $("when").textContent = `step ${this.step}` + (this.view.field?.every ? "" : " (the end)");
    $("record").setAttribute("aria-valuetext", `step ${this.step}`);
  }

  picture() {
    const f = this.view.field;
    if (!f || !this.region || this.region.field !== f.name) return;
    this.say();
    if (!f.records) {
      this.view.note("Nothing is recorded yet.");
      return;
    }
    this.shown = { name: this.view.about.name, step: this.step };
    this.source.picture(this.view.about.name, this.step, this.region, b => this.view.frame(b));
    this.point(this.view.lattice.node);
  }

  point(id) {
    clearTimeout(this.pointing);
    if (id < 0 || this.view.field?.grid !== this.view.about.item) return;
    const { name } = this.view.about, step = this.step;
    this.pointing = setTimeout(async () => {
      try { this.view.card(await this.source.node(name, id, step, this.view.replica)); } catch (e) { this.view.status(e.message, "wrong"); }
    }, 120);
  }

  go(by) {
    const r = $("record");
    r.value = Number(r.value) + by;
    this.picture();
  }

  play() {
    if (this.playing) {
      clearTimeout(this.playing);
      this.playing = null;
    } else {
      if (Number($("record").value) >= Number($("record").max)) $("record").value = 0;
      const next = () => {
        this.go(1);
        if (Number($("record").value) >= Number($("record").max)) return this.play();
        this.playing = setTimeout(next, 1000 / Number($("pace").value));
      };
      this.playing = setTimeout(next, 0);
    }
    $("play").textContent = this.playing ? "Stop" : "Play";
    $("play").setAttribute("aria-pressed", String(Boolean(this.playing)));
  }

  // refresh follows runs that go on, and finds new ones.
  async refresh() {
    if (document.hidden) return;
    let found, keys;
    try { ({ runs: found, keys } = await fetchRuns()); } catch {
      this.view.status("The program does not answer.", "wrong");
      return;
    }
    const changed = JSON.stringify(found) !== JSON.stringify(this.runs);
    if (!changed && !found.some(r => r.status === "running" && this.compared.has(r.name))) return;
    const before = new Map(this.runs.map(r => [r.name, JSON.stringify(r)]));
    this.list(found, keys);
    for (const r of found) {
      if (this.compared.has(r.name)) await this.load(r.name);
      if (r.name !== this.view.about?.name || JSON.stringify(r) === before.get(r.name)) continue;
      const old = this.view.about, drawn = a => Boolean(a.grids?.[a.item]?.drawn);
      if (!r.problem && (r.started !== old.started || drawn(r) !== drawn(old))) { // made anew, or with a graph only now
        await this.open(r.name);
        continue;
      }
      const followed = Number($("record").value) >= Number($("record").max);
      this.view.about = r;
      this.view.status(r.status, r.status === "running" ? "running" : "");
      this.tell(r);
      $("record").max = Math.max(0, (this.view.field?.records ?? 1) - 1);
      if (followed) this.go(Number($("record").max));
    }
    this.showCharts();
  }
}
