// The map of services: boxes that are links, and the calls between them as lines with a label that is a link.
// Where everything stands comes with the data, in columns and pixels; only the columns' width is found here.
const maps = new WeakMap();
const SVG = "http://www.w3.org/2000/svg";
const EDGE = 16; // pixels around the map
const NARROW = 140, WIDE = 190; // the width of a service, as there is room
const ROOM = 118; // the least room between two columns
const LABEL = 126; // a label's width: so long a line is level before it ends
const TIP = 9; // the length of an arrow's head

function shape(name, attributes, className) {
  const made = document.createElementNS(SVG, name);
  if (className) made.setAttribute("class", className);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}
function classes(...pairs) {
  return pairs.filter(([, so]) => so).map(([name]) => name).join(" ");
}
function marked(spec, className) {
  const made = el("div", className), icon = el("span", "icon", spec.icon);
  icon.setAttribute("aria-hidden", "true");
  icon.style.setProperty("--tone", spec.tone);
  made.append(icon, spec.text);
  if (spec.title) made.title = spec.title;
  return made;
}
function placed(made, left, top) {
  made.style.left = `${left}px`;
  made.style.top = `${top}px`;
  return made;
}

function node(spec, left, width) {
  const made = placed(anchor(spec.href, classes(["node", true], ["faint", spec.faint], ["failing", spec.failing], ["selected", spec.selected])), left, spec.top + EDGE);
  Object.assign(made.style, { width: `${width}px`, height: `${spec.height}px` });
  made.style.setProperty("--tone", spec.tone);
  made.setAttribute("aria-label", spec.label);
  if (spec.selected) made.setAttribute("aria-current", "true");
  made.dataset.id = `node ${spec.id}`;
  const lines = el("div", "lines");
  lines.append(...spec.lines.map((line) => marked(line)));
  made.append(el("div", "name", spec.name), marked(spec, "word"), lines);
  return made;
}

// From box to box, level where it leaves, where it comes and where it passes between others.
function course(spec, { xs, wide, room }) {
  const { points, turned } = spec, last = points.length - 1, level = Math.max(0, Math.min(LABEL, room - 30));
  let x = xs[points[0][0]] + wide, y = points[0][1] + EDGE, drawn = `M${x},${y}`;
  if (turned) { x += level; drawn += `H${x}`; }
  points.slice(1).forEach(([column, at], i) => {
    const end = xs[column], to = i + 1 === last && !turned ? end - level : end, down = at + EDGE, half = (x + to) / 2;
    drawn += `C${half},${y} ${half},${down} ${to},${down}H${i + 1 < last ? end + wide : end}`;
    [x, y] = [end + wide, down];
  });
  return drawn;
}
// Where the callee is met: the point, and which way its caller lies.
function met(spec, { xs, wide }) {
  const [column, y] = spec.turned ? spec.points[0] : spec.points.at(-1);
  return [xs[column] + (spec.turned ? wide : 0), y + EDGE, spec.turned ? 1 : -1];
}
function line(spec, grid) {
  const made = shape("g", {}, classes(["faint", spec.faint], ["failing", spec.failing])), [x, y, way] = met(spec, grid);
  made.style.setProperty("--tone", spec.tone);
  made.append(
    shape("path", { d: course(spec, grid), "stroke-width": spec.width, "stroke-dasharray": spec.dash }),
    shape("path", { d: `M${x},${y}l${way * TIP},-5v10z` }, "head"),
  );
  return made;
}
function label(spec, grid) {
  const [x, y, way] = met(spec, grid);
  const className = classes(["edge", true], ["left", way < 0], ["faint", spec.faint], ["failing", spec.failing]);
  const made = spec.href ? anchor(spec.href, className) : el("span", className);
  if (spec.href) made.setAttribute("aria-label", spec.label);
  made.title = spec.label;
  made.dataset.id = `edge ${spec.id}`;
  made.append(marked(spec, "word"), el("div", "rate", spec.rate || "\u00a0"));
  return placed(made, x + way * (TIP + 2), y);
}

// The columns' places, as wide as there is room.
function gridOf(box, columns) {
  const gaps = Math.max(1, columns - 1), least = 2 * EDGE + columns * NARROW + (columns - 1) * ROOM;
  const width = Math.max(box.clientWidth, least), wide = Math.min(WIDE, NARROW + (width - least) / (2 * columns));
  const step = (width - 2 * EDGE - wide) / gaps;
  return { width, wide, room: step - wide, xs: Array.from({ length: columns }, (_, i) => EDGE + i * step) };
}

function draw(held) {
  const { box, data } = held, grid = gridOf(box, data.columns), { width } = grid;
  const height = data.height + 2 * EDGE, focused = box.getRootNode().activeElement?.dataset.id;
  const sheet = el("div", "sheet"), lines = shape("svg", { width, height, "aria-hidden": "true" });
  Object.assign(sheet.style, { width: `${width}px`, height: `${height}px` });
  lines.append(...data.edges.map((spec) => line(spec, grid)));
  sheet.append(lines, ...data.edges.map((spec) => label(spec, grid)), ...data.nodes.map((spec) => node(spec, grid.xs[spec.column], grid.wide)));
  box.setAttribute("aria-label", data.caption);
  box.replaceChildren(sheet);
  if (focused) [...sheet.querySelectorAll("a")].find((one) => one.dataset.id === focused)?.focus({ preventScroll: true });
}

export default function ({ data, parentElement: root }) {
  let held = maps.get(root);
  if (!held) {
    held = { box: root.querySelector(".map"), text: "", width: 0 };
    held.seen = new ResizeObserver(() => { if (held.text && held.box.clientWidth !== held.width) { held.width = held.box.clientWidth; draw(held); } });
    held.seen.observe(held.box);
    maps.set(root, held);
  }
  const text = JSON.stringify(data);
  if (text !== held.text) { held.text = text; held.data = data; held.width = held.box.clientWidth; draw(held); }
  return () => { if (!root.isConnected) { held.seen.disconnect(); maps.delete(root); } };
}
