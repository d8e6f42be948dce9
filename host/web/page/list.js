// The list of runs: what differs between them, sorted and filtered.

import { element } from "./dom.js";

// RunList keeps the row of a run as long as the run is listed, so that what has the focus
// keeps it.
export class RunList {
  // open and compare are told which run is to be shown, and which is in the charts or not.
  constructor({ head, body, filter, count }, { open, compare }) {
    Object.assign(this, { head, body, filter, count, open, compare });
    this.rows = new Map(); // by name
    this.order = { by: "", down: false }; // "": as the program lists them, the newest first
    filter.oninput = () => this.draw();
  }

  // show takes all runs, the newest first; the keys of settings in which they differ; the
  // run in the picture; and the colours of those in the charts, by name.
  show(runs, keys, current, colours) {
    Object.assign(this, { runs, keys, current, colours });
    this.draw();
  }

  draw() {
    const focused = document.activeElement;
    this.drawHead();
    const shown = this.runs.filter(r => this.passes(r));
    const rows = this.sorted(shown).map(r => this.row(r));
    const names = new Set(this.runs.map(r => r.name));
    for (const name of this.rows.keys()) if (!names.has(name)) this.rows.delete(name);
    if (rows.length !== this.body.children.length || rows.some((tr, i) => this.body.children[i] !== tr)) this.body.replaceChildren(...rows);
    this.tell(shown);
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  }

  // tell how many runs the filter leaves out, and never hide the newest.
  tell(shown) {
    const hidden = this.runs.length - shown.length, newest = this.runs[0];
    this.count.hidden = !hidden;
    if (!hidden) return this.count.replaceChildren();
    this.count.replaceChildren(`${shown.length} of ${this.runs.length} runs.`);
    if (newest.problem || shown.includes(newest)) return;
    const button = element("button", newest.name, { type: "button", className: "link", onclick: () => this.open(newest.name) });
    this.count.append(" The newest is not among them: ", button);
  }

  drawHead() {
    const columns = [["", ""], ["name", "Run"], ["steps", "Steps"], ["status", "Status"], ...this.keys.map(k => [k, k])];
    if (this.head.children.length !== columns.length || columns.some(([by], i) => this.head.children[i].dataset.by !== by)) {
      this.head.replaceChildren(...columns.map(([by, text], i) => {
        const th = element("th", i ? "" : element("span", "In the charts", { className: "hidden" }), { scope: "col" });
        th.dataset.by = by;
        if (by) th.append(element("button", text, { type: "button", onclick: () => this.sort(by) }));
        return th;
      }));
    }
    for (const th of this.head.children) {
      if (th.dataset.by && th.dataset.by === this.order.by) th.setAttribute("aria-sort", this.order.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
  }

  // sort by a column: rising, falling, then as the program lists them.
  sort(by) {
    const { order } = this;
    if (order.by !== by) this.order = { by, down: false };
    else this.order = order.down ? { by: "", down: false } : { by, down: true };
    this.draw();
  }

  sorted(runs) {
    const { by, down } = this.order;
    if (!by) return runs;
    const order = (a, b) => compare(valueOf(a, by), valueOf(b, by));
    return runs.toSorted((a, b) => down ? order(b, a) : order(a, b));
  }

  // passes tells whether a run has all words of the filter: in its name or status, or as
  // KEY=VALUE, KEY<NUMBER or KEY>NUMBER.
  passes(r) {
    return this.filter.value.trim().toLowerCase().split(/\s+/).every(word => {
      const [, key, sign, value] = word.match(/^([^=<>]+)([=<>])(.+)$/) ?? [];
      if (!key) return `${r.name} ${r.status} ${r.model}`.toLowerCase().includes(word);
      const is = valueOf(r, key) ?? valueOf(r, this.keys.find(k => k.endsWith("." + key)) ?? key);
      if (is === undefined) return false;
      if (sign === "=") return compare(String(is).toLowerCase().replaceAll('"', ""), value) === 0;
      return sign === "<" ? Number(is) < Number(value) : Number(is) > Number(value);
    });
  }

  row(r) {
    if (!this.rows.has(r.name)) this.rows.set(r.name, this.make(r));
    const tr = this.rows.get(r.name), [, , steps, status] = tr.children;
    const box = tr.querySelector("input"), name = tr.querySelector("button"), isShown = r.name === this.current;
    tr.className = isShown ? "shown" : "";
    box.checked = this.colours.has(r.name);
    box.disabled = name.disabled = Boolean(r.problem);
    tr.querySelector(".swatch").style.background = this.colours.get(r.name) ?? "transparent";
    if (isShown) name.setAttribute("aria-current", "true");
    else name.removeAttribute("aria-current");
    steps.textContent = r.problem ? "" : r.steps;
    status.textContent = r.problem || r.status;
    status.className = r.problem ? "wrong" : "";
    const cells = this.keys.map(k => element("td", r.settings?.[k] ?? ""));
    [...tr.children].slice(4).forEach(td => td.remove());
    tr.append(...cells);
    return tr;
  }

  make(r) {
    const tr = element("tr"), cells = [0, 1, 2, 3].map(() => element("td"));
    const box = element("input", "", { type: "checkbox" });
    box.setAttribute("aria-label", `${r.name} in the charts`);
    box.onchange = () => this.compare(r.name, box.checked);
    cells[0].append(box, element("span", "", { className: "swatch" }));
    cells[1].append(element("button", r.name, { type: "button", onclick: () => this.open(r.name) }));
    tr.append(...cells);
    return tr;
  }
}

const valueOf = (run, key) => key === "name" ? run.name : key === "steps" ? run.steps : key === "status" ? run.problem || run.status : run.settings?.[key];

// compare numbers as numbers, and all else as text; what is not there comes last.
function compare(a, b) {
  if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
  const x = Number(a), y = Number(b);
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
