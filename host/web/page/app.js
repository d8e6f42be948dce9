// The page: what is common to a live run and to finished ones.

import { $, element } from "./dom.js";
import { Lattice } from "./lattice.js";
import { Charts, Histogram } from "./charts.js";
import { runs } from "./source.js";
import { LivePage } from "./live.js";
import { ReplayPage } from "./replay.js";
import { gradient, number } from "./colours.js";

// View is the picture with its toolbar, the card of a node, and the charts.
class View {
  constructor() {
    this.lattice = new Lattice($("lattice"), region => this.ask(region), (id, kept) => this.point(id, kept));
    this.charts = new Charts($("charts"));
    this.histogram = new Histogram($("histogram"));
    $("in").onclick = () => this.about && this.lattice.zoomBy(1.5);
    $("out").onclick = () => this.about && this.lattice.zoomBy(1 / 1.5);
    $("fit").onclick = () => this.about && this.lattice.fit();
    $("help").onclick = () => $("keys").showModal();
    for (const id of ["field", "replica", "slice", "flip"]) $(id).onchange = () => this.changed();
    document.addEventListener("keydown", e => this.key(e));
  }

  // open shows a run, keeping field and region where it has them too.
  open(about) {
    const before = $("field").value;
    this.about = about;
    $("name").textContent = about.name;
    document.title = about.name + " – tnn-gpu";
    const fields = about.fields ?? [];
    $("field").replaceChildren(...fields.map(f => element("option", f.name.replaceAll("_", " "), { value: f.name, title: f.doc })));
    if (fields.some(f => f.name === before)) $("field").value = before;
    $("replicas").hidden = (about.seeds ?? []).length < 2;
    $("replica").max = (about.seeds ?? []).length - 1;
    $("picture").hidden = !about.grid.nodes; // of a model without sites: the curves take its place
    $("slices").hidden = about.grid.slices < 2;
    $("slice").max = about.grid.slices - 1;
    $("flips").hidden = !about.grid.bipartite;
    this.lattice.external = about.external ?? [];
    this.lattice.marks = "";
    $("marks").hidden = !about.external?.length;
    $("touch").hidden = !about.touch;
    $("touch").textContent = about.touch ? `A click ${about.touch.title}s a ${this.item}.` : "";
    this.note(fields.length ? "" : "This run has recorded no field with a value for each node, and has not ended. Run with --record state to replay it.");
    this.changed();
  }

  get item() { return this.about.item || "node"; } // as models call what a picture shows
  get field() { return (this.about.fields ?? []).find(f => f.name === $("field").value); }
  get replica() { return $("replicas").hidden ? 0 : clamp($("replica")); }

  // changed shows another field, replica or slice.
  changed() {
    if (!this.about) return;
    this.lattice.point(-1, false);
    if (this.field) this.lattice.show(this.about.grid, $("slices").hidden ? 0 : clamp($("slice")));
    else this.lattice.clear();
    this.onChange?.();
  }

  ask(region) {
    if (!this.field) return;
    this.region = region;
    const { bipartite, field } = this.about.grid, flip = bipartite && $("flip").checked && (!field || field === this.field.name);
    this.onView({ ...region, field: this.field.name, replica: this.replica, slice: this.lattice.slice, flip });
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
    const { grid } = this.about;
    const size = grid.sides?.length ? grid.sides.join(" by ") : grid.nodes;
    $("lattice").setAttribute("aria-label", `${this.field.name} of ${size} ${this.item}s at step ${shown.step}, from ${number(shown.limits[0])} to ${number(shown.limits[1])}`);
    return shown.step;
  }

  note(text) {
    $("note").textContent = text;
    $("note").hidden = !text;
  }

  facts(list) {
    $("facts").replaceChildren(...list.filter(([, v]) => v !== "" && v !== undefined).map(([name, v]) => {
      const row = element("div");
      row.append(element("dt", name), element("dd", v, { title: v }));
      return row;
    }));
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
    const at = this.about.grid.sides?.length > 1 && cell ? `row ${cell[1]}, column ${cell[0]}` : "";
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
  const view = new View();
  try {
    const found = await runs();
    if (found.live) new LivePage(view);
    else new ReplayPage(view, found.runs, found.notice);
  } catch (e) {
    view.status(e.message, "wrong");
  }
}

main();
