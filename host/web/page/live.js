// A run that goes on: what it tells, and the commands to it.

import { $, element } from "./dom.js";
import { Live } from "./source.js";
import { swept } from "./charts.js";
import { lineColour, css, dark, prefixed, number } from "./colours.js";

export class LivePage {
  constructor(view) {
    this.view = view;
    this.run = { name: "live", colour: lineColour(0), steps: [], all: [], values: {} };
    this.histograms = {};
    this.source = new Live({ news: n => this.news(n), frame: f => view.frame(f), lost: ended => this.lost(ended) });
    view.onView = v => this.source.view(v);
    view.onNode = id => this.point(id);
    view.hold = node => this.hold(node);
    view.lattice.onTap = id => this.tap(id);
    view.keys = { " ": () => this.toggle(), ".": () => this.source.command("step"), Escape: () => view.lattice.point(-1, false) };
    view.onChange = () => this.changed();
    $("controls").hidden = false;
    $("pause").onclick = () => this.toggle();
    $("step").onclick = () => this.source.command("step");
    $("checkpoint").onclick = () => this.source.command("checkpoint");
    $("stop").onclick = () => this.stop();
    $("distribution").onchange = () => { this.histograms = {}; this.source.distribution($("distribution").value); this.showHistograms(); };
    dark.addEventListener("change", () => this.showHistograms());
  }

  news(n) {
    if (n.about) this.open(n.about);
    if (n.points) this.points(n.points);
    if (n.status) this.status(n.status);
    for (const h of n.histograms ?? []) this.histograms[h.when + h.swept] = h;
    if (n.histograms) this.showHistograms();
    if (n.marks) {
      this.view.lattice.marks = n.marks;
      this.view.lattice.draw();
    }
    if (n.node) this.view.card(n.node);
    if (n.errors) this.problem(n.errors.join(" "));
  }

  open(about) {
    // After a reconnection it may be another run.
    this.about = about;
    Object.assign(this.run, { steps: [], all: [], values: {} });
    this.view.open(about);
    $("abscissa").querySelector("[value=share]").hidden = true; // of one run
    const before = $("distribution").value;
    $("distribution").replaceChildren(...(about.distributions ?? []).map(d => element("option", d.title, { value: d.name, title: d.doc })));
    if (before) $("distribution").value = before;
    $("distributions").hidden = !about.distributions?.length;
    this.source.distribution($("distribution").value);
    const of = isNumber => (about.switches ?? []).filter(s => Boolean(s.number) === isNumber).map(s => this.makeSwitch(s));
    $("switches").replaceChildren(...of(false));
    $("values").replaceChildren(...of(true));
    $("numbers").hidden = !$("values").children.length;
  }

  // makeSwitch lets a control be as the run's eras say, or 0 or 1 against them; or be a
  // number, with nothing for the run's own.
  makeSwitch(s) {
    const label = element("label", s.title + " ");
    if (s.most || s.number) {
      const input = element("input", "", { id: "switch-" + s.name, type: "number", placeholder: s.number ? number(s.own) : "own" });
      Object.assign(input, s.number ? { step: "any" } : { min: 0, max: s.most });
      input.onchange = () => {
        if (input.checkValidity()) this.source.command("control", { name: s.name, value: input.value === "" ? null : Number(input.value) });
        else input.reportValidity();
      };
      label.append(input);
      return label;
    }
    const select = element("select", "", { id: "switch-" + s.name });
    for (const [value, text] of [["", "as the era says"], ["1", "on"], ["0", "off"]]) select.append(element("option", text, { value }));
    select.onchange = () => this.source.command("control", { name: s.name, value: select.value === "" ? null : Number(select.value) });
    label.append(select);
    return label;
  }

  // tap carries out what a click on an item does, and tells whether it does anything.
  tap(id) {
    const { touch } = this.about;
    if (!touch || this.state?.ended) return false;
    this.source.command("control", { name: touch.name + id, value: 1 });
    return true;
  }

  points(p) {
    const { run } = this;
    run.steps = run.steps.slice(0, p.from).concat(p.steps);
    run.all = p.values.map((v, i) => (run.all[i] ?? []).slice(0, p.from).concat(v));
    // Charts take much of the browser's time, and are read slowly.
    this.charting ??= setTimeout(() => {
      this.charting = null;
      this.showCharts();
    }, run.steps.length > 1 ? 500 : 0);
  }

  get swept() { return swept(this.about, this.view.replica); }

  showCharts() {
    const { columns } = this.about, first = this.swept.point * columns.length;
    columns.forEach((c, i) => { this.run.values[c.name] = this.run.all[first + i] ?? []; });
    this.view.charts.show(columns, [this.run]);
  }

  changed() {
    if (this.view.field) this.view.note("Waiting for the next step.");
    if (!this.about.sweep) return;
    this.showCharts();
    this.showHistograms();
    if (this.state) this.status(this.state);
  }

  status(s) {
    const { about } = this;
    this.state = s;
    if (s.ended) this.view.status(s.ended);
    else if (s.paused) this.view.status("paused");
    else this.view.status("running", "running");
    $("pause").textContent = s.paused ? "Resume" : "Pause";
    for (const b of $("controls").querySelectorAll("button, select, input")) b.disabled = Boolean(s.ended);
    $("progress").hidden = false;
    $("progress").value = s.step / about.steps;
    const era = (about.eras ?? []).findLast(e => e.first <= Math.max(1, s.step));
    this.view.facts([
      ["Step", `${s.step} of ${about.steps}`], ["Speed", s.paused || s.ended ? "" : `${prefixed(s.rate)} ${about.work || "updates"}/s`],
      ["Era", era?.text.replace(/^era /, "") ?? ""], ["Device", about.device], [about.keyed ? "Keys" : "Seed", (about.seeds ?? []).slice(0, 3).join(", ") + (about.seeds?.length > 3 ? " …" : "")],
      ["Saved", s.saved ? "step " + s.saved : ""], this.swept.fact,
    ]);
    for (const w of about.switches ?? []) {
      const last = (s.controls ?? []).findLast(c => c.name === w.name), select = $("switch-" + w.name);
      if (document.activeElement === select) continue;
      const set = last && last.value !== null;
      select.value = !set ? "" : String(w.most || w.number ? last.value : Number(last.value !== 0));
    }
  }

  showHistograms() {
    const colours = { start: css("--dim"), now: lineColour(0), end: lineColour(0) };
    const { value } = this.swept, of = w => this.histograms[w + value];
    this.view.histogram.show(["start", "now"].filter(of).map(w => ({ ...of(w), label: w, colour: colours[w] })));
  }

  point(id) {
    clearTimeout(this.pointing);
    if (!this.about || this.view.field?.grid !== this.about.item) id = -1; // only what has sites is told of
    this.pointing = setTimeout(() => this.source.inspect(id), 120);
  }

  // hold has buttons that set the state of an external node.
  hold(node) {
    if (!node.external || !this.about.hold || this.state?.ended) return null;
    const name = this.about.hold + node.id;
    const last = (this.state?.controls ?? []).findLast(c => c.name === name);
    const box = element("div", "", { className: "buttons" });
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "State of the external node");
    for (const [value, text] of [[-1, "−1"], [0, "0"], [1, "+1"], [null, "let go"]]) {
      const button = element("button", text, { onclick: () => this.source.command("control", { name, value }) });
      button.className = last && last.value === value && value !== null ? "main" : "";
      box.append(button);
    }
    return box;
  }

  toggle() { this.source.command(this.state?.paused ? "resume" : "pause"); }

  // stop wants to be pressed twice.
  stop() {
    const button = $("stop");
    const calm = () => { button.className = ""; button.textContent = "Stop"; };
    if (button.className === "sure") {
      calm();
      this.source.command("stop");
      return;
    }
    button.className = "sure";
    button.textContent = "Really stop";
    setTimeout(calm, 4000);
  }

  problem(text) {
    this.view.status(text, "wrong");
    setTimeout(() => this.state && this.status(this.state), 5000);
  }

  lost(ended) {
    if (ended) this.view.status((this.state?.ended || "ended") + "; see it again with tnn-gpu serve");
    else this.view.status("The program does not answer; trying again.", "wrong");
  }
}
