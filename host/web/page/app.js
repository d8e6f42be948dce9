// The page: what is common to a live run and to finished ones.

import { $, element } from "./dom.js";
import { Lattice } from "./lattice.js";
import { Charts, Histogram } from "./charts.js";
import { runs } from "./source.js";
import { LivePage } from "./live.js";
import { ReplayPage } from "./replay.js";
import { gradient, number, usePalette, markColour } from "./colours.js";
import { explained, explainAll } from "./words.js";
import { savePicture } from "./save.js";

// View is the picture with its toolbar, the card of a node, and the charts.
class View {
  constructor() {
    this.lattice = new Lattice($("lattice"), region => this.ask(region), (id, kept) => this.point(id, kept));
    this.lattice.onHover = at => this.hover(at);
    this.charts = new Charts($("charts"), $("abscissa"));
    this.histogram = new Histogram($("histogram"));
    $("in").onclick = () => this.about && this.lattice.zoomBy(1.5);
    $("out").onclick = () => this.about && this.lattice.zoomBy(1 / 1.5);
    $("fit").onclick = () => this.about && this.lattice.fit();
    $("help").onclick = () => $("keys").showModal();
    $("save").onclick = () => this.save();
    explainAll();
    for (const i of document.querySelectorAll("[data-mark]")) i.style.background = markColour(i.dataset.mark);
    for (const id of ["field", "replica", "slice", "flip"]) $(id).onchange = () => this.changed();
    document.addEventListener("keydown", e => this.key(e));
  }

  // open shows a run, keeping field and region where it has them too.
  open(about, graph = about.graph) {
    const before = $("field").value;
    Object.assign(this, { about, graph });
    $("name").textContent = about.name;
    document.title = about.name + " – tnn-gpu";
    const fields = about.fields ?? [];
    $("field").replaceChildren(...fields.map(f => element("option", f.name.replaceAll("_", " "), { value: f.name, title: f.doc })));
    if (fields.some(f => f.name === before)) $("field").value = before;
    $("replicas").hidden = (about.seeds ?? []).length < 2;
    $("replica").max = (about.seeds ?? []).length - 1;
    $("picture").hidden = !Object.keys(about.grids ?? {}).length; // the curves take its place
    this.lattice.external = about.external ?? [];
    this.lattice.marks = "";
    $("marks").hidden = !about.external?.length;
    $("touch").hidden = !about.touch;
    $("touch").textContent = about.touch ? `A click ${about.touch.title}s a ${this.item}.` : "";
    this.note(fields.length ? "" : "This run has recorded no field with a value for each node, and has not ended. Run with --record state to replay it.");
    this.changed();
  }

  // item is what models call what a picture shows.
  get item() { return this.field && this.field.grid !== this.about.item ? "unit" : this.about.item || "node"; }
  get field() { return (this.about.fields ?? []).find(f => f.name === $("field").value); }
  get grid() { return this.about.grids[this.field?.grid]; }
  get replica() { return $("replicas").hidden ? 0 : clamp($("replica")); }

  // changed shows another field, replica or slice.
  changed() {
    if (!this.about) return;
    const { field, grid } = this;
    this.lattice.point(-1, false);
    this.forget();
    $("doc").textContent = field ? `${field.name.replaceAll("_", " ")}: ${field.doc}` : "";
    $("slices").hidden = !(grid?.slices > 1);
    $("flips").hidden = !field?.flips;
    if (grid?.slices > 1) {
      $("slice").max = grid.slices - 1;
      $("slicing").textContent = `of ${grid.slices}, the first coordinate from 0 to ${grid.slices - 1}`;
    }
    $("axes").hidden = !grid || !grid.past && grid.sides?.length > 1 && grid.slices < 2;
    $("axes").textContent = !grid ? "" : this.axes(grid);
    if (grid) this.lattice.show(grid, $("slices").hidden ? 0 : clamp($("slice")), field, this.graph);
    else this.lattice.clear();
    this.onChange?.();
  }

  // axes say how items lie where that is not as they do on a lattice of two sides.
  axes(grid) {
    if (grid.past) return `Across: ${this.item}s. Down: steps, the last one lowest.`;
    if (grid.slices > 1) return `Slice ${clamp($("slice"))} of ${grid.slices}: ${grid.rows} rows of ${grid.columns}.`;
    if (grid.drawn && this.graph) return "Drawn by its edges, which pull, and its nodes, which push each other.";
    return `Line by line, by ${this.item} id.`;
  }

  // forget what was told of the picture before: it is of another field, or of none.
  forget() {
    this.region = null;
    for (const id of ["low", "high", "unit"]) $(id).textContent = "";
    $("ramp").style.background = "none";
    this.hover(null);
    $("lattice").setAttribute("aria-label", this.field ? `${this.field.name}: no picture yet` : "No picture");
  }

  // hover tells of the row of a line that is under the pointer.
  hover(at) {
    $("under").hidden = !at;
    if (at) $("under").textContent = `${this.item} ${at.id}, step ${at.step}: ${number(at.value)}`;
  }

  ask(region) {
    if (!this.field) return;
    this.region = region;
    this.onView({ ...region, field: this.field.name, replica: this.replica, slice: this.lattice.slice, flip: this.field.flips && $("flip").checked });
  }

  // frame shows a picture as the server sends it.
  frame(buffer) {
    const shown = this.lattice.frame(buffer);
    if (!shown) return;
    this.note("");
    $("low").textContent = number(shown.limits[0], 3);
    $("high").textContent = number(shown.limits[1], 3);
    $("ramp").style.background = gradient(shown.stops);
    $("unit").textContent = this.field.unit === "1" ? "" : this.field.unit;
    $("lattice").setAttribute("aria-label", this.caption(shown));
    return shown.step;
  }

  // caption says what a picture shows.
  caption(shown) {
    const { grid } = this;
    const size = grid.sides?.length ? grid.sides.join(" by ") : grid.nodes;
    const slice = grid.slices > 1 ? `, slice ${this.lattice.slice} of ${grid.slices}` : "";
    const since = grid.past ? `, steps from ${shown.first} on` : "";
    return `${this.field.name} of ${size} ${this.item}s at step ${shown.step}${slice}${since}, from ${number(shown.limits[0])} to ${number(shown.limits[1])}`;
  }

  save() {
    const { shown } = this.lattice;
    if (shown) savePicture(`${this.about.name}-${this.field.name}-${shown.step}`, $("lattice"), `${this.about.name}: ${$("lattice").getAttribute("aria-label")}`);
  }

  note(text) {
    $("note").textContent = text;
    $("note").hidden = !text;
  }

  facts(list) {
    const focused = [...$("facts").querySelectorAll("button")].indexOf(document.activeElement);
    $("facts").replaceChildren(...list.filter(([, v]) => v !== "" && v !== undefined).map(([name, v]) => {
      const row = element("div");
      const term = element("dt");
      term.append(explained(name.toLowerCase(), name));
      row.append(term, element("dd", v, { title: v }));
      return row;
    }));
    if (focused >= 0) $("facts").querySelectorAll("button")[focused]?.focus();
  }

  status(text, kind = "") {
    if ($("status").textContent !== text) $("status").textContent = text;
    $("status").className = kind;
  }

  point(id, kept) {
    this.lattice.detail = null;
    $("card").hidden = id < 0;
    if (id >= 0) this.card({ id, values: [], edges: [], degree: null }, kept);
    this.onNode(id);
  }

  // card shows what is known of a node.
  card(node, kept = this.lattice.kept) {
    if (node.id !== this.lattice.node) return;
    this.lattice.detail = node;
    this.lattice.draw();
    const cell = this.lattice.cell(node.id), card = $("card");
    const held = this.hold?.(node);
    const at = this.grid?.sides?.length > 1 && cell ? `row ${cell[1]}, column ${cell[0]}` : "";
    const title = element("h3", `${this.item[0].toUpperCase()}${this.item.slice(1)} ${node.id} `);
    title.append(element("small", [node.external ? "external" : "", at].filter(Boolean).join(", ")));
    const values = element("table");
    for (const v of node.values ?? []) values.append(row(v.name.replaceAll("_", " "), number(v.value) + (v.unit === "1" ? "" : " " + v.unit)));
    const edges = element("table");
    if (node.degree) {
      const shown = node.edges.length < node.degree ? `the first ${node.edges.length} of ` : "";
      edges.append(element("caption", `${shown}${node.degree} ${node.degree === 1 ? "edge" : "edges"}: to node` + (node.edges[0]?.values ? ", weight" : "")));
    }
    const other = e => e.to === node.id ? "itself" : e.to;
    if (node.edges?.[0]?.values) for (const e of node.edges) edges.append(row(other(e), e.values.map(v => number(v)).join(", ")));
    else if (node.edges?.length) edges.append(row(node.edges.map(other).join(", "), ""));
    card.replaceChildren(title, ...(held ? [held] : []), values, edges);
    if (node.step !== undefined) card.append(element("small", `after step ${node.step}` + (kept ? "; kept, Esc lets it go" : "")));
    if (cell) card.classList.toggle("left", this.lattice.pixelOf(...cell)[0] > $("lattice").clientWidth - 300);
  }

  key(e) {
    if (e.ctrlKey || e.altKey || e.metaKey || $("keys").open) return;
    if (e.key === "Escape" && $("meaning").matches(":popover-open")) return $("meaning").hidePopover();
    // What has the focus and uses the key keeps it.
    const used = e.target.closest?.("input, select, textarea, button, dialog");
    if (used && (e.key === " " || e.key === "Enter" || used.matches("input, select, textarea"))) return;
    const does = {
      "+": () => this.lattice.zoomBy(1.5), "=": () => this.lattice.zoomBy(1.5), "-": () => this.lattice.zoomBy(1 / 1.5), "0": () => this.lattice.fit(),
      "?": () => $("keys").showModal(), f: () => this.nextField(), ...this.keys,
    }[e.key];
    if (!does || !this.about) return;
    does();
    e.preventDefault();
  }

  nextField() {
    const list = $("field");
    list.selectedIndex = (list.selectedIndex + 1) % list.length;
    this.changed();
  }
}

const clamp = input => Math.max(Number(input.min), Math.min(Number(input.max), Math.floor(Number(input.value)) || 0));

function row(name, value) {
  const tr = element("tr");
  tr.append(element("th", String(name), { scope: "row" }), element("td", value));
  return tr;
}

async function main() {
  try {
    const found = await runs();
    usePalette(found.palette);
    const view = new View();
    if (found.live) new LivePage(view);
    else new ReplayPage(view, found);
  } catch (e) {
    $("status").textContent = e.message;
    $("status").className = "wrong";
  }
}

main();
