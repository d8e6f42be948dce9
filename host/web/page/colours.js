// Colours of values and of runs.

const viridis = ["440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725"];
const signs = ["2166ac", "f7f7f7", "b35806"];
const shades = ["000000", "ffffff"];

// The colours of external nodes that are solved, not solved, and off.
export const solvedColours = { 1: "#009e73", 0: "#f0e442", "-": "#cc79a7" };

// palette of a field, as in pictures, videos and figures (host/picture/colour.go): where
// the limits are -1 and 1 that of states, which have a sign or are a picture.
export function palette(limits, signed) {
  if (!limits || limits[0] !== -1 || limits[1] !== 1) return viridis;
  return signed ? signs : shades;
}

// table has the colour of every level as a pixel; level 0 is transparent.
export function table(stops) {
  const out = new Uint32Array(256);
  const bytes = new Uint8Array(out.buffer);
  for (let level = 1; level < 256; level++) {
    const at = (level - 1) / 254 * (stops.length - 1);
    const i = Math.min(Math.floor(at), stops.length - 2);
    for (let c = 0; c < 3; c++) {
      const from = parseInt(stops[i].slice(2 * c, 2 * c + 2), 16);
      const to = parseInt(stops[i + 1].slice(2 * c, 2 * c + 2), 16);
      bytes[4 * level + c] = Math.round(from + (to - from) * (at - i));
    }
    bytes[4 * level + 3] = 255;
  }
  return out;
}

export const gradient = stops => `linear-gradient(to right, ${stops.map(s => "#" + s).join(", ")})`;

// Colours of lines: seen on dark and on light, and told apart by the colour-blind.
const lines = ["#2e8bc0", "#d9690a", "#1f9d72", "#c2619b", "#b08d1e", "#7a6fd0", "#8a8f98", "#b0563f"];

export const lineColour = i => lines[i % lines.length];

export const dark = matchMedia("(prefers-color-scheme: dark)");

export const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

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
