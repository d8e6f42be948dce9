// Short names for what is done with elements.

export const $ = id => document.getElementById(id);

export function element(tag, text, attributes = {}) {
  const e = document.createElement(tag);
  e.append(text ?? "");
  Object.assign(e, attributes);
  return e;
}
