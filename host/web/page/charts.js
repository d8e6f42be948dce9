// Observables against the step, one chart each, and a histogram.

import { css, number, dark } from "./colours.js";

const height = 96;

const axis = (more = {}) => ({
  stroke: css("--dim"), font: "11px system-ui, sans-serif", grid: { stroke: css("--grid"), width: 1 }, ticks: { stroke: css("--grid"), size: 4 }, ...more,
});

const plain = () => axis({ size: 46, gap: 2, values: (_, v) => v.map(x => number(x, 3)) });

function options(host, series, { counts = plain, ...more } = {}) {
  return {
    width: host.clientWidth, height, legend: { show: false }, padding: [6, 14, 0, 0],
    scales: { x: { time: false } },
    axes: [axis({ size: 22, gap: 2, values: (_, v) => v.map(x => number(x)) }), counts()],
    cursor: { points: { size: 5 }, y: false }, series, ...more,
  };
}

// Plot is one uPlot that is made again when its series or the colours change.
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

// Charts show columns of runs.
export class Charts {
  constructor(host) {
    this.host = host;
    this.charts = new Map(); // by column
  }

  // show takes columns, and runs with name, colour, steps, and values by column.
  show(columns, runs) {
    for (const [name, chart] of this.charts) {
      if (columns.some(c => c.name === name)) continue;
      chart.box.remove();
      this.charts.delete(name);
    }
    for (const column of columns) {
      if (!this.charts.has(column.name)) this.charts.set(column.name, this.make(column));
      this.fill(this.charts.get(column.name), column, runs.filter(r => r.values[column.name]));
    }
  }

  make(column) {
    const box = document.createElement("div"), title = document.createElement("h3"), value = document.createElement("b"), host = document.createElement("div");
    box.className = "chart";
    box.title = column.doc;
    host.setAttribute("role", "img");
    title.append(column.title || column.name, value);
    box.append(title, host);
    this.host.append(box);
    const chart = { box, value, host, column };
    const atCursor = u => {
      chart.pointed = u.cursor.idx ?? null;
      this.tell(chart, u.data);
    };
    chart.plot = new Plot(host, { hooks: { setCursor: [atCursor] }, cursor: { sync: { key: "steps" }, points: { size: 5 }, y: false } });
    return chart;
  }

  fill(chart, column, runs) {
    const tables = runs.map(r => [r.steps, r.values[column.name]]);
    const data = tables.length === 0 ? [[]] : tables.length === 1 ? tables[0] : uPlot.join(tables);
    chart.runs = runs;
    // The points of runs differ, and a line must not break at those of another.
    chart.plot.show(runs.map(r => ({ label: r.name, stroke: r.colour, width: 1.5, spanGaps: true, points: { show: r.steps.length < 2 } })), data);
    this.tell(chart, data);
  }

  // tell the value at the cursor, or the last one.
  tell(chart, data) {
    const { column, runs, pointed } = chart;
    if (!runs?.length) return;
    const at = pointed ?? data[0].length - 1;
    const unit = column.unit === "1" ? "" : " " + column.unit;
    const values = data.slice(1).map(v => v[at]);
    chart.value.textContent = values.length === 1 || pointed !== null && pointed !== undefined ? values.map(v => number(v)).join(", ") + unit : "";
    chart.host.setAttribute("aria-label", `${column.title || column.name}: ${values.map(v => number(v)).join(", ")}${unit} at step ${data[0][at] ?? 0}`);
  }
}

// Histogram shows counts, each list of bins as steps.
export class Histogram {
  constructor(host) {
    this.host = host;
    host.setAttribute("role", "img");
    // Counts in logarithms show the tails too; bins without a value are at the bottom.
    const tens = (_, splits) => splits.map(v => Number.isInteger(Math.log10(v)) ? v : null);
    const counts = () => axis({ size: 46, gap: 2, filter: tens, values: (_, v) => v.map(x => x === null ? "" : number(x, 3)), grid: { stroke: css("--grid"), width: 1, filter: tens }, ticks: { show: false } });
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
