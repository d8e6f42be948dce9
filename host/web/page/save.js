// What the page leaves as files: pictures, and the numbers of charts.

import { element } from "./dom.js";
import { css } from "./colours.js";

export function save(name, blob) {
  const link = element("a", "", { href: URL.createObjectURL(blob), download: name.replaceAll(/[^\w.+-]+/g, "_") });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

export const saveText = (name, text) => save(name, new Blob([text], { type: "text/csv" }));

// savePicture saves a canvas with a line of text below it, which says what it shows.
export function savePicture(name, canvas, text) {
  const ratio = window.devicePixelRatio || 1, below = Math.round(24 * ratio);
  const out = element("canvas", "", { width: canvas.width, height: canvas.height + below }), c = out.getContext("2d");
  c.fillStyle = css("--panel");
  c.fillRect(0, 0, out.width, out.height);
  c.drawImage(canvas, 0, 0);
  c.fillStyle = css("--text");
  c.font = `${Math.round(13 * ratio)}px system-ui, sans-serif`;
  c.fillText(text, 6 * ratio, canvas.height + 16 * ratio, out.width - 12 * ratio);
  out.toBlob(blob => save(name + ".png", blob), "image/png");
}
