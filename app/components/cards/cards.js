// Key numbers in a row of cards, each a link where it leads somewhere, with a small curve where it has one.
const drawn = new WeakMap();
const SVG = "http://www.w3.org/2000/svg";

function curve(values) {
  const svg = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "path");
  const top = Math.max(...values, 1), step = 100 / Math.max(1, values.length - 1);
  svg.setAttribute("viewBox", "0 0 100 24");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", values.map((v, i) => `${i ? "L" : "M"}${(i * step).toFixed(2)},${(23 - (v / top) * 21).toFixed(2)}`).join(""));
  svg.append(line);
  return svg;
}

function card(spec) {
  const made = spec.href ? anchor(spec.href, "card link", "") : el("div", "card");
  made.title = spec.title || "";
  const value = el("div", "value", spec.value);
  if (spec.unit) value.append(el("span", "unit", spec.unit));
  if (spec.tone) { made.classList.add("toned"); made.style.setProperty("--tone", spec.tone); value.prepend(el("span", "icon", spec.icon)); }
  made.append(el("div", "label", spec.label), value, el("div", "note", spec.note || "\u00a0"));
  if (spec.curve && spec.curve.length > 1) made.append(curve(spec.curve));
  return made;
}

export default function ({ data, parentElement: root }) {
  const text = JSON.stringify(data);
  if (drawn.get(root) === text) return;
  drawn.set(root, text);
  root.querySelector(".cards").replaceChildren(...data.cards.map(card));
}
