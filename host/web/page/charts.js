// Observables against the step, one chart each, and a histogram.

import { element } from "./dom.js";
import { css, number, dark } from "./colours.js";
import { explained } from "./words.js";
import { savePicture, saveText } from "./save.js";

const height = 96;

const axis = (more = {}) => ({
  stroke: css("--dim"), font: "11px system-ui, sans-serif", grid: { stroke: css("--grid"), width: 1 }, ticks: { stroke: css("--grid"), size: 4 }, ...more,
});

const plain = () => axis({ size: 46, gap: 2, values: (_, v) => v.map(x => x === null ? "" : number(x, 3)) });

// Of a logarithmic axis the powers of ten have numbers.
const tens = (_, splits) => splits.map(v => Number.isInteger(Math.log10(v)) ? v : null);

// logScale of what is above 0, also where nothing is.
const logScale = { distr: 3, range: (_, low, high) => low === null || !(low > 0) ? [0.1, 1] : uPlot.rangeLog(low, high, 10, false) };

const logarithmic = (more = {}) => axis({ size: 46, gap: 2, filter: tens, values: (_, v) => v.map(x => x === null ? "" : number(x, 3)), ...more });

function options(host, series, { counts = plain, steps = {}, ...more } = {}) {
  return {
    width: host.clientWidth, height, legend: { show: false }, padding: [6, 14, 0, 0],
    scales: { x: { time: false } },
    axes: [axis({ size: 22, gap: 2, values: (_, v) => v.map(x => x === null ? "" : number(x)), ...steps }), counts()],
    cursor: { points: { size: 5 }, y: false }, series, ...more,
  };
}

// Plot is one uPlot that is made again when its series, its axes or the colours change.
class Plot {
  constructor(host, more) {
    Object.assign(this, { host, more });
    new ResizeObserver(() => this.plot && host.clientWidth && this.plot.setSize({ width: host.clientWidth, height })).observe(host);
    dark.addEventListener("change", () => this.again());
  }

  again() {
    this.plot?.destroy();
    this.plot = null;
    if (this.series) this.show(this.series, this.data);
  }

  // show takes series and uPlot's data. A region that was zoomed in to stays.
  show(series, data) {
    const shape = JSON.stringify(series.map(s => [s.label, s.stroke]));
    if (shape !== this.shape) {
      this.plot?.destroy();
      this.plot = null;
    }
    Object.assign(this, { shape, series, data });
    if (!this.host.clientWidth) return;
    if (!this.plot) {
      this.plot = new uPlot(options(this.host, [{}, ...series], this.more), data, this.host);
      return;
    }
    const { min, max } = this.plot.scales.x, old = this.plot.data[0];
    const zoomed = old.length > 0 && (min > old[0] || max < old[old.length - 1]);
    this.plot.setData(data, !zoomed);
    if (zoomed) this.plot.redraw();
  }
}

// swept tells which value a replica has of a key that is swept: only replicas of one
// value are shown together, those of the replica in the picture.
export function swept(about, replica) {
  if (!about?.sweep) return { point: 0, value: 0, fact: ["", ""] };
  const { key, values } = about.sweep, value = values[Math.min(replica, values.length - 1)];
  return { point: [...new Set(values)].indexOf(value), value, fact: [key, String(value)] };
}

// Charts show columns of runs, against the step, its logarithm, or the share of each run
// that is done, so that short and long ones are read together.
export class Charts {
  constructor(host, abscissa) {
    this.host = host;
    this.abscissa = abscissa;
    this.charts = new Map(); // by column
    abscissa.onchange = () => this.changeAxis();
    // A chart that is out of sight is drawn when it comes into sight.
    this.seen = new IntersectionObserver(entries => entries.forEach(e => this.see(e)));
  }

  get isLog() { return this.abscissa.value === "log"; }
  get isShare() { return this.abscissa.value === "share"; }

  // show takes columns, and runs with name, colour, steps, and values by column.
  show(columns, runs) {
    Object.assign(this, { columns, runs });
    for (const [name, chart] of this.charts) {
      if (columns.some(c => c.name === name)) continue;
      this.seen.unobserve(chart.box);
      chart.box.remove();
      this.charts.delete(name);
    }
    for (const column of columns) {
      if (!this.charts.has(column.name)) this.charts.set(column.name, this.make(column));
      const chart = this.charts.get(column.name);
      if (chart.isSeen || !chart.runs?.length) this.fill(chart, column, runs.filter(r => r.values[column.name]));
    }
  }

  see({ target, isIntersecting }) {
    const chart = [...this.charts.values()].find(c => c.box === target);
    if (!chart) return;
    chart.isSeen = isIntersecting;
    if (isIntersecting && this.columns) this.fill(chart, chart.column, this.runs.filter(r => r.values[chart.column.name]));
  }

  changeAxis() {
    for (const chart of this.charts.values()) this.suit(chart);
    if (this.columns) this.show(this.columns, this.runs);
  }

  make(column) {
    const box = element("div", "", { className: "chart" }), title = element("h3"), value = element("b"), host = element("div"), tip = element("span", "", { className: "tip", hidden: true });
    host.setAttribute("role", "img");
    const chart = { box, value, host, column, tip, log: false };
    const log = this.button("log", `Logarithmic axis of ${column.title || column.name}`, () => {
      chart.log = !chart.log;
      log.setAttribute("aria-pressed", String(chart.log));
      this.suit(chart);
      this.show(this.columns, this.runs);
    });
    log.setAttribute("aria-pressed", "false");
    const tools = element("span", "", { className: "tools" });
    tools.append(log, this.button("CSV", `Save the numbers of ${column.title || column.name}`, () => this.saveNumbers(chart)),
      this.button("PNG", `Save the chart of ${column.title || column.name}`, () => this.savePicture(chart)));
    title.append(explained("", column.title || column.name, column.doc), value, tools);
    box.append(title, host);
    this.host.append(box);
    const atCursor = u => {
      chart.pointed = u.cursor.idx ?? null;
      this.tell(chart, u.data, u);
    };
    chart.hooks = { setCursor: [atCursor], ready: [u => u.over.append(tip)] };
    chart.plot = new Plot(host, {});
    this.suit(chart);
    this.seen.observe(box);
    return chart;
  }

  button(text, label, onclick) {
    const b = element("button", text, { type: "button", title: label, onclick });
    b.setAttribute("aria-label", label);
    return b;
  }

  // suit gives a chart the axes that are chosen.
  suit(chart) {
    const { isLog, isShare } = this;
    chart.plot.more = {
      hooks: chart.hooks, cursor: { sync: { key: "steps" }, points: { size: 5 }, y: false },
      scales: { x: { time: false, ...isLog ? logScale : {} }, y: chart.log ? logScale : {} },
      steps: isLog ? { filter: tens } : isShare ? { values: (_, v) => v.map(x => number(100 * x) + " %") } : {},
      counts: chart.log ? logarithmic : plain,
    };
    chart.plot.again();
  }

  // abscissaOf a run: its steps, or the share of them.
  abscissaOf(run) {
    if (!this.isShare) return run.steps;
    const last = run.steps[run.steps.length - 1];
    return run.steps.map(s => s / last);
  }

  fill(chart, column, runs) {
    const positive = v => v !== null && v > 0 ? v : null;
    const tables = runs.map(r => [this.abscissaOf(r), chart.log ? r.values[column.name].map(positive) : r.values[column.name]]);
    const data = tables.length === 0 ? [[]] : tables.length === 1 ? tables[0] : uPlot.join(tables);
    chart.runs = runs;
    // The points of runs differ, and a line must not break at those of another.
    chart.plot.show(runs.map(r => ({ label: r.name, stroke: r.colour, width: 1.5, spanGaps: true, points: { show: r.steps.length < 2 } })), data);
    this.tell(chart, data, chart.plot.plot);
  }

  at(x) { return this.isShare ? `${number(100 * (x ?? 0))} %` : `step ${x ?? 0}`; }

  // tell the value at the cursor, or the last one, and at the pointer which step it is of.
  tell(chart, data, u) {
    const { column, runs, pointed, tip } = chart;
    if (!runs?.length) return;
    const isPointed = pointed !== null && pointed !== undefined, at = isPointed ? pointed : data[0].length - 1;
    const unit = column.unit === "1" ? "" : " " + column.unit;
    const values = data.slice(1).map((v, i) => isPointed ? atOrBefore(v, at) : runs[i].values[column.name].at(-1));
    chart.value.textContent = values.length === 1 || isPointed ? values.map(v => number(v)).join(", ") + unit : "";
    chart.host.setAttribute("aria-label", `${column.title || column.name}: ${values.map(v => number(v)).join(", ")}${unit} at ${this.at(data[0][at])}`);
    tip.hidden = !isPointed || !u || u.cursor.left < 0;
    if (tip.hidden) return;
    tip.textContent = this.at(data[0][at]);
    tip.classList.toggle("left", u.cursor.left > u.over.clientWidth / 2);
    tip.style.left = u.cursor.left + "px";
  }

  get runNames() { return (this.runs ?? []).map(r => r.name).join("+"); }

  saveNumbers(chart) {
    const { column, runs } = chart;
    if (!runs?.length) return;
    const cell = v => v === null || v === undefined ? "" : String(v);
    const quoted = text => `"${text.replaceAll('"', '""')}"`;
    const table = uPlot.join(runs.map(r => [r.steps, r.values[column.name]]));
    const rows = table[0].map((step, i) => [step, ...table.slice(1).map(v => cell(v[i]))].join(","));
    const head = ["step", ...runs.map(r => quoted(runs.length === 1 ? column.name : `${column.name} of ${r.name}`))].join(",");
    saveText(`${this.runNames}-${column.name}.csv`, [head, ...rows, ""].join("\n"));
  }

  savePicture(chart) {
    const { column } = chart, unit = column.unit === "1" ? "" : ` (${column.unit})`;
    savePicture(`${this.runNames}-${column.name}`, chart.plot.plot.ctx.canvas, `${column.title || column.name}${unit} against ${this.abscissa.selectedOptions[0].text}: ${(this.runs ?? []).map(r => r.name).join(", ")}`);
  }
}

// atOrBefore is the value at a point, or at the last one before it that a run has.
function atOrBefore(values, at) {
  while (at > 0 && values[at] === undefined) at--;
  return values[at];
}

// Histogram shows counts, each list of bins as steps.
export class Histogram {
  constructor(host) {
    this.host = host;
    host.setAttribute("role", "img");
    // Counts in logarithms show the tails too; bins without a value are at the bottom.
    const counts = () => logarithmic({ grid: { stroke: css("--grid"), width: 1, filter: tens }, ticks: { show: false } });
    this.plot = new Plot(host, { counts, scales: { x: { time: false }, y: { distr: 3, range: (_, low, high) => [0.5, Math.max(10, high || 10)] } } });
  }

  // show takes histograms with label, colour, lower, width and counts.
  show(list) {
    const full = list.filter(h => h.counts?.length);
    const left = full.map(h => h.below || h.above ? `${h.label}: ${h.below} values are below and ${h.above} above. ` : "").join("");
    this.host.title = left;
    this.host.setAttribute("aria-label", "Histogram: " + (full.map(h => h.label).join(", ") || "nothing yet"));
    const tables = full.map(h => {
      const x = [], y = [];
      h.counts.forEach((n, i) => { x.push(h.lower + i * h.width); y.push(n || 0.5); });
      x.push(h.lower + h.counts.length * h.width);
      y.push(0.5);
      return [x, y];
    });
    const stepped = uPlot.paths.stepped({ align: 1 });
    const series = full.map(h => ({ label: h.label, stroke: h.colour, width: 1.5, paths: stepped, spanGaps: true, points: { show: false } }));
    this.plot.show(series, tables.length === 0 ? [[]] : tables.length === 1 ? tables[0] : uPlot.join(tables));
  }
}
