// What the words of the page mean, where they are first met.

import { $, element } from "./dom.js";

const meanings = {
  step: "The model's unit of time: a sweep over all nodes or units of a TNN or a Hopfield network, a time step of a SORN or a perceptron, an update or a play of codes and signals.",
  speed: "How much is computed in a second: an update is a node, unit or weight that is looked at once.",
  era: "A stretch of a run in which the same holds: how the network is driven, which of its weights change, and what is changed slowly.",
  device: "What computes: the processor, or a device of OpenCL. The numbers are the same on all of them.",
  seed: "The number that all random numbers of the run follow from: with the same seed and configuration they are the same.",
  saved: "The step of the last checkpoint on disk. The run can be resumed from there.",
  checkpoint: "The whole state on disk, from which the run can be resumed, or another one begun.",
  field: "A value that each node, unit or pair of units has: what the picture shows.",
  replica: "One of several copies of the network that run side by side, with random numbers of its own. Where a key of the configuration is swept, replicas have different values of it.",
  slice: "A lattice of three sides is shown plane by plane: these are the sites whose first coordinate has this value.",
  sign: "Where neighbours prefer opposite states, an ordered lattice is a checkerboard. With the states of every second site negated, as in all pictures and videos of this program, order shows as one shade.",
  external: "A node whose state comes from outside. It is solved when the states of all its neighbours have the opposite sign.",
  histogram: "How many values there are of each size, at the start and now or at the end. Counts are on a logarithmic scale.",
  parameters: "What the configuration says of temperature and drive. A number given here holds from the next step on, in all replicas; an empty box is what the configuration and its eras have.",
};

// explained is a word as a button that tells its meaning.
export function explained(name, text, meaning = meanings[name]) {
  if (!meaning) return document.createTextNode(text);
  const button = element("button", text, { type: "button", className: "word" });
  button.onclick = () => explain(button, meaning);
  return button;
}

// explainAll makes buttons of the words that the page itself has.
export function explainAll() {
  for (const e of document.querySelectorAll("[data-word]")) e.replaceChildren(explained(e.dataset.word, e.textContent));
}

function explain(at, meaning) {
  const note = $("meaning"), { left, bottom } = at.getBoundingClientRect();
  note.textContent = meaning;
  note.style.left = Math.max(8, Math.min(left, innerWidth - 340)) + "px";
  note.style.top = Math.min(bottom + 6, innerHeight - 120) + "px";
  note.togglePopover(true);
}
