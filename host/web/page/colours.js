// Colours of values and of runs.

// palette has the colours of pictures, videos and figures (host/picture/colour.go), as the
// program tells them: scales of fields, marks of external nodes, lines.
const palette = { scales: {}, marks: [], lines: [] };

export const usePalette = given => Object.assign(palette, given);

// stopsOf are the colours of a field, from its least value to its largest.
export const stopsOf = field => palette.scales[field.scale];

// markColour is that of an external node: "1" solved, "0" not solved, "-" off.
export const markColour = mark => palette.marks[{ 1: 0, 0: 1, "-": 2 }[mark]];

// table has the colour of every level as a pixel; level 0 is transparent.
export function table(stops) {
  const out = new Uint32Array(256);
  const bytes = new Uint8Array(out.buffer);
  for (let level = 1; level < 256; level++) {
    const at = (level - 1) / 254 * (stops.length - 1);
    const i = Math.min(Math.floor(at), stops.length - 2);
    for (let c = 0; c < 3; c++) {
      const from = parseInt(stops[i].slice(1 + 2 * c, 3 + 2 * c), 16);
      const to = parseInt(stops[i + 1].slice(1 + 2 * c, 3 + 2 * c), 16);
      bytes[4 * level + c] = Math.round(from + (to - from) * (at - i));
    }
    bytes[4 * level + 3] = 255;
  }
  return out;
}

export const gradient = stops => `linear-gradient(to right, ${stops.join(", ")})`;

export const dark = matchMedia("(prefers-color-scheme: dark)");

export const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// lineColour is that of the i-th run. Black is drawn as text is, to be seen on dark.
export function lineColour(i) {
  const colour = palette.lines[i % palette.lines.length];
  return colour === "#000000" ? css("--text") : colour;
}

// number as it is shown.
export function number(v, digits = 4) {
  if (v === null || v === undefined) return "–";
  if (v === 0) return "0";
  const a = Math.abs(v);
  if (a >= 1e6 || a < 1e-4) return v.toExponential(Math.max(0, digits - 2)).replace("e+", "e").replace("-", "−");
  return String(Number(v.toPrecision(digits))).replace("-", "−");
}

// rate with a prefix of the SI.
export function prefixed(v) {
  for (const unit of ["", " k", " M", " G"]) {
    if (v < 1000) return Number(v.toPrecision(3)) + unit;
    v /= 1000;
  }
  return Number(v.toPrecision(3)) + " T";
}
