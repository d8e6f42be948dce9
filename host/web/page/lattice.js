// The picture of a network on a canvas: zoom, pan, the node under the pointer.

import { stopsOf, table, css, markColour } from "./colours.js";

const mostZoom = 64; // CSS pixels of a node

// Items lie on a plane whose unit is the side of a cell: those of a lattice of two sides,
// or of a table, each in its cell; those of a line in a row, one row for a step; those of
// a graph at places of their own.
export class Lattice {
  // onView is told which region is to be shown, onNode which node is pointed at, and
  // whether it is to be kept. onTap may do something at a click, and tells whether it did.
  // onHover is told what a row under the pointer shows.
  constructor(canvas, onView, onNode) {
    Object.assign(this, { canvas, onView, onNode });
    this.context = canvas.getContext("2d");
    this.image = document.createElement("canvas");
    this.views = new Map(); // by seq, of the field that is shown
    this.seq = 0;
    this.external = [];
    this.marks = "";
    this.node = -1;
    this.kept = false;
    this.onTap = () => false;
    this.onHover = () => {};
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.listen();
  }

  // show begins with another network or field; the region stays if the grid does. Pictures
  // that were asked for before are not taken any more.
  show(grid, slice, field, graph) {
    const same = this.grid && grid.columns === this.grid.columns && grid.rows === this.grid.rows && grid.past === this.grid.past;
    this.views.clear();
    Object.assign(this, { grid, slice, field, picture: null, shown: null, graph: grid.drawn ? graph : null });
    this.layOut();
    if (!same) this.fit();
    else this.moved();
  }

  clear() {
    this.views.clear();
    this.picture = this.shown = null;
    this.draw();
  }

  // layOut gives the plane its size in cells. The rows of a line fill the window.
  layOut() {
    const { columns, rows, past, nodes } = this.grid, side = 1.6 * Math.ceil(Math.sqrt(nodes));
    this.plane = { columns, rows };
    if (this.graph) this.plane = { columns: side, rows: side };
    else if (past) this.plane.rows = columns * Math.max(1, this.canvas.clientHeight) / Math.max(1, this.canvas.clientWidth);
    this.rowHeight = past ? this.plane.rows / past : 1;
  }

  resize() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    if (!this.grid) return;
    this.layOut();
    if (this.fitted) this.fit();
    else this.moved();
  }

  get fitZoom() {
    const { clientWidth, clientHeight } = this.canvas;
    const most = this.grid.past ? Infinity : mostZoom; // a line of few sites fills the window, too
    return Math.min(most, clientWidth / this.plane.columns, clientHeight / this.plane.rows);
  }

  get mostZoom() { return Math.max(mostZoom, this.fitZoom); }

  fit() {
    this.zoom = this.fitZoom;
    this.x = this.plane.columns / 2;
    this.y = this.plane.rows / 2;
    this.moved();
  }

  // zoomBy keeps the cell under a point where it is.
  zoomBy(factor, px = this.canvas.clientWidth / 2, py = this.canvas.clientHeight / 2) {
    const [x, y] = this.cellAt(px, py);
    this.zoom = Math.max(this.fitZoom, Math.min(this.mostZoom, this.zoom * factor));
    this.x = x - (px - this.canvas.clientWidth / 2) / this.zoom;
    this.y = y - (py - this.canvas.clientHeight / 2) / this.zoom;
    this.moved();
  }

  pan(dx, dy) {
    this.x -= dx / this.zoom;
    this.y -= dy / this.zoom;
    this.moved();
  }

  // moved keeps the picture in the window, and asks for what is seen.
  moved() {
    const inside = (at, size, cells) => {
      const half = size / this.zoom / 2;
      return half * 2 >= cells ? cells / 2 : Math.max(half, Math.min(cells - half, at));
    };
    this.x = inside(this.x, this.canvas.clientWidth, this.plane.columns);
    this.y = inside(this.y, this.canvas.clientHeight, this.plane.rows);
    this.fitted = this.zoom <= this.fitZoom * 1.001;
    this.draw();
    this.ask();
  }

  // ask for the region that is seen, in as many pixels as it has on the screen.
  ask() {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => {
      const { x, y, w, h } = this.region();
      if (!(w > 0 && h > 0)) return;
      const ratio = window.devicePixelRatio || 1, whole = this.graph || this.grid.past;
      const pixels = cells => Math.max(1, Math.min(cells, 4096, whole ? cells : Math.round(cells * this.zoom * ratio)));
      const view = { seq: ++this.seq, x, y, w, h, width: pixels(w), height: pixels(h) };
      this.views.set(view.seq, view);
      for (const seq of this.views.keys()) if (seq < this.seq - 8) this.views.delete(seq);
      this.onView(view);
    }, 40);
  }

  // region is what is seen of the grid; of lines and graphs it is all.
  region() {
    const { columns, rows } = this.grid;
    if (this.graph || this.grid.past) return { x: 0, y: 0, w: columns, h: rows };
    const half = [this.canvas.clientWidth / this.zoom / 2, this.canvas.clientHeight / this.zoom / 2];
    const x = Math.max(0, Math.floor(this.x - half[0])), y = Math.max(0, Math.floor(this.y - half[1]));
    return { x, y, w: Math.min(columns, Math.ceil(this.x + half[0])) - x, h: Math.min(rows, Math.ceil(this.y + half[1])) - y };
  }

  // frame takes a picture as the server sends it, and gives its step and limits; of a line
  // also the first step that it shows.
  frame(buffer) {
    const data = new DataView(buffer);
    const view = this.views.get(data.getUint32(0, true));
    const step = data.getFloat64(4, true);
    const limits = [data.getFloat32(12, true), data.getFloat32(16, true)];
    const width = data.getUint32(20, true), height = data.getUint32(24, true);
    if (!view) return null;
    const levels = new Uint8Array(buffer, 28);
    const stops = stopsOf(this.field), colours = table(stops);
    const pixels = new ImageData(width, height);
    const out = new Uint32Array(pixels.data.buffer);
    for (let i = 0; i < levels.length; i++) out[i] = colours[levels[i]];
    this.image.width = width;
    this.image.height = height;
    this.image.getContext("2d").putImageData(pixels, 0, 0);
    this.picture = view;
    this.shown = { step, limits, stops, width, height, levels, out, every: this.field.every || 1 };
    this.draw();
    return { ...this.shown, first: step - (this.grid.past ? height - 1 : 0) * this.shown.every };
  }

  cellAt(px, py) {
    return [this.x + (px - this.canvas.clientWidth / 2) / this.zoom, this.y + (py - this.canvas.clientHeight / 2) / this.zoom];
  }

  // pixelOf the corner of a cell.
  pixelOf(x, y) {
    return [(x - this.x) * this.zoom + this.canvas.clientWidth / 2, (y - this.y) * this.zoom + this.canvas.clientHeight / 2];
  }

  idAt(px, py) {
    const [x, y] = this.cellAt(px, py);
    if (this.graph) return this.nearest(x, y);
    if (!this.grid.past) return this.id(Math.floor(x), Math.floor(y));
    return x >= 0 && x < this.grid.columns && y >= 0 && y < this.plane.rows ? Math.floor(x) : -1;
  }

  id(x, y) {
    const { columns, rows, nodes } = this.grid;
    if (x < 0 || y < 0 || x >= columns || y >= rows) return -1;
    const id = ((this.slice || 0) * rows + y) * columns + x;
    return id < nodes ? id : -1;
  }

  // placeOf a node of a graph.
  placeOf(id) { return [0.5 + this.graph.x[id] * (this.plane.columns - 1), 0.5 + this.graph.y[id] * (this.plane.rows - 1)]; }

  // nearest is the node of a graph that is drawn at a place.
  nearest(x, y) {
    let best = -1, least = 0.5;
    for (let id = 0; id < this.grid.nodes; id++) {
      const [nx, ny] = this.placeOf(id), distance = Math.hypot(nx - x, ny - y);
      if (distance < least) [best, least] = [id, distance];
    }
    return best;
  }

  // cell of a node, or null if it is in another slice.
  cell(id) {
    if (this.graph) return this.placeOf(id).map(v => v - 0.5);
    if (this.grid.past) return [id, Math.max(0, (this.shown?.height ?? 1) - 0.5) * this.rowHeight - 0.5];
    const { columns, rows } = this.grid;
    const line = Math.floor(id / columns);
    return Math.floor(line / rows) === (this.slice || 0) ? [id % columns, line % rows] : null;
  }

  // under tells what the row at a point of a line shows; null where there is none.
  under(px, py) {
    const s = this.shown, [x, y] = this.cellAt(px, py), row = Math.floor(y / this.rowHeight);
    if (!this.grid.past || !s || x < 0 || x >= this.grid.columns || row < 0 || row >= s.height) return null;
    const level = s.levels[row * s.width + Math.floor(x * s.width / this.grid.columns)];
    const value = level === 0 ? null : s.limits[0] + (level - 1) / 254 * (s.limits[1] - s.limits[0]);
    return { id: Math.floor(x), step: s.step - (s.height - 1 - row) * s.every, value };
  }

  draw() {
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    const c = this.context, ratio = window.devicePixelRatio || 1;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    if (!this.grid || !this.picture) return;
    const p = this.picture, [x, y] = this.pixelOf(p.x, p.y);
    c.imageSmoothingEnabled = this.zoom * ratio < 1;
    if (this.graph) this.drawGraph(c);
    else c.drawImage(this.image, x, y, p.w * this.zoom, (this.grid.past ? this.shown.height * this.rowHeight : p.h) * this.zoom);
    this.drawExternal(c);
    this.drawNode(c);
  }

  // drawGraph draws edges as lines and nodes as discs.
  drawGraph(c) {
    const on = this.graph.x.map((_, id) => this.pixelOf(...this.placeOf(id)));
    c.lineWidth = 1;
    c.strokeStyle = css("--dim");
    c.globalAlpha = 0.4;
    c.beginPath();
    for (const [a, b] of this.graph.edges) {
      c.moveTo(...on[a]);
      c.lineTo(...on[b]);
    }
    c.stroke();
    c.globalAlpha = 1;
    const bytes = new Uint8Array(this.shown.out.buffer);
    on.forEach(([x, y], id) => {
      c.fillStyle = `rgba(${bytes.slice(4 * id, 4 * id + 3).join(", ")}, ${bytes[4 * id + 3] / 255})`;
      c.beginPath();
      c.arc(x, y, 0.35 * this.zoom, 0, 7);
      c.fill();
      c.stroke();
    });
  }

  drawExternal(c) {
    if (!this.marks) return;
    const size = Math.max(this.zoom, 4);
    this.external.forEach((id, i) => {
      const cell = this.cell(id);
      if (!cell) return;
      const [x, y] = this.pixelOf(cell[0] + 0.5, cell[1] + 0.5);
      c.fillStyle = markColour(this.marks[i]);
      if (size < 12) {
        c.fillRect(x - size / 2, y - size / 2, size, size);
        return;
      }
      c.lineWidth = Math.max(2, size / 7);
      c.strokeStyle = c.fillStyle;
      c.strokeRect(x - size / 2 + c.lineWidth / 2, y - size / 2 + c.lineWidth / 2, size - c.lineWidth, size - c.lineWidth);
    });
  }

  // drawNode outlines a node, and draws its edges: as wide as their weights.
  drawNode(c) {
    const at = this.node >= 0 && this.cell(this.node);
    if (!at) return;
    const size = Math.max(this.zoom, 6);
    const [x, y] = this.pixelOf(at[0] + 0.5, at[1] + 0.5);
    const edges = this.detail?.id === this.node ? this.detail.edges : [];
    const most = Math.max(...edges.map(e => Math.abs(e.values?.[0] ?? 0)), 1e-9);
    for (const e of edges) {
      const to = this.cell(e.to);
      if (!to) continue;
      const weight = e.values?.[0] ?? 0;
      const [tx, ty] = this.pixelOf(to[0] + 0.5, to[1] + 0.5);
      c.strokeStyle = c.fillStyle = weight < 0 ? "#e8590c" : "#1c7ed6";
      c.lineWidth = 1 + 4 * Math.abs(weight) / most;
      c.globalAlpha = 0.85;
      c.beginPath();
      // An edge around the torus would cross the whole picture.
      if (this.graph || Math.abs(to[0] - at[0]) <= this.grid.columns / 2 && Math.abs(to[1] - at[1]) <= this.grid.rows / 2) {
        c.moveTo(x, y);
        c.lineTo(tx, ty);
      }
      c.stroke();
      c.beginPath();
      c.arc(tx, ty, Math.max(2, size / 6), 0, 7);
      c.fill();
    }
    c.globalAlpha = 1;
    c.lineWidth = 2;
    c.strokeStyle = css("--accent");
    c.strokeRect(x - size / 2 - 1, y - size / 2 - 1, size + 2, size + 2);
  }

  point(id, kept) {
    if (id === this.node && kept === this.kept) return;
    this.node = id;
    this.kept = kept;
    this.draw();
    this.onNode(id, kept);
  }

  // step from node to node by keys.
  step(dx, dy) {
    const [x, y] = (this.node >= 0 && this.cell(this.node)) || [Math.floor(this.x), Math.floor(this.y)];
    const id = this.node < 0 ? this.idFrom(x, y) : this.beside(x, y, dx, dy);
    if (id >= 0) this.point(id, true);
  }

  // idFrom is the node at or near a place.
  idFrom(x, y) {
    if (this.graph) return 0;
    return this.grid.past ? x : this.id(x, y);
  }

  // beside is the next node in a direction.
  beside(x, y, dx, dy) {
    if (this.grid.past) return x + dx >= 0 && x + dx < this.grid.columns ? x + dx : -1;
    if (!this.graph) return this.id(x + dx, y + dy);
    let best = -1, least = Infinity;
    for (let id = 0; id < this.grid.nodes; id++) {
      const [nx, ny] = this.cell(id), ahead = (nx - x) * dx + (ny - y) * dy, aside = Math.abs((nx - x) * dy) + Math.abs((ny - y) * dx);
      if (id !== this.node && ahead > 0 && ahead + 2 * aside < least) [best, least] = [id, ahead + 2 * aside];
    }
    return best;
  }

  listen() {
    let drag = null;
    const at = e => [e.offsetX, e.offsetY];
    this.canvas.addEventListener("wheel", e => {
      e.preventDefault();
      if (this.grid) this.zoomBy(Math.exp(-e.deltaY * 0.002), ...at(e));
    }, { passive: false });
    this.canvas.addEventListener("pointerdown", e => {
      this.canvas.setPointerCapture(e.pointerId);
      drag = { from: at(e), last: at(e), far: false };
    });
    this.canvas.addEventListener("pointermove", e => {
      if (!this.grid) return;
      const [x, y] = at(e);
      this.onHover(this.under(x, y));
      if (!drag) {
        if (!this.kept) this.point(this.idAt(x, y), false);
        return;
      }
      drag.far ||= Math.hypot(x - drag.from[0], y - drag.from[1]) > 4;
      if (drag.far) this.pan(x - drag.last[0], y - drag.last[1]);
      drag.last = [x, y];
    });
    this.canvas.addEventListener("pointerup", e => {
      if (drag && !drag.far && this.grid) {
        const id = this.idAt(...at(e));
        if (id >= 0 && this.onTap(id)) this.point(id, false);
        else this.point(id, id >= 0 && !(this.kept && id === this.node));
      }
      drag = null;
    });
    this.canvas.addEventListener("pointerleave", () => { this.onHover(null); if (!this.kept) this.point(-1, false); });
    this.canvas.addEventListener("keydown", e => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
      if (!this.grid || e.ctrlKey || e.altKey || e.metaKey) return;
      if (way && e.shiftKey) this.pan(-40 * way[0], -40 * way[1]);
      else if (way) this.step(...way);
      else if (e.key === "Enter" && this.node >= 0 && this.onTap(this.node)) { /* done */ }
      else if (e.key === "Enter") this.point(this.node, this.node >= 0 && !this.kept);
      else if (e.key === "Escape") this.point(-1, false);
      else return;
      e.preventDefault();
    });
  }
}
