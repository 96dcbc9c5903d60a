// A table of links: one row per thing, text shown verbatim (textContent only), j/k and Enter for the keyboard.
const tables = new WeakMap();

// The place in a tree, a sign for each branch: see Cell.lead.
const BRANCHES = { "|": "through", "+": "leaves", L: "leaves last", "^": "joins", " ": "" };
function lead(signs) {
  const made = el("span", "lead");
  made.setAttribute("aria-hidden", "true");
  made.append(...[...signs].map((sign) => el("span", BRANCHES[sign])));
  return made;
}

function cell(spec, column, href) {
  const td = el("td", `${column.kind || ""} ${column.align || ""} ${spec.kind || ""}`.trim());
  const to = spec.href || href;
  const text = to ? anchor(to, spec.href ? "text own" : "text", "") : el("span", "text");
  if (spec.href && spec.title) text.setAttribute("aria-label", spec.title);
  if (spec.dot) { const dot = el("span", "dot"); dot.style.background = spec.dot; text.append(dot); }
  if (spec.icon) { const icon = el("span", "icon", spec.icon); icon.style.color = spec.tone; text.append(icon); }
  text.append(spec.text);
  if (spec.lead) text.prepend(lead(spec.lead));
  if (spec.spoken) text.append(el("span", "spoken", spec.spoken));
  if (spec.tint) td.style.background = `color-mix(in srgb, ${spec.tint} 14%, transparent)`;
  if (spec.dim) td.classList.add("dim");
  td.title = spec.title || spec.text;
  if (spec.mark) { const line = el("div", "line"); line.append(text, el("span", "mark", spec.mark)); td.append(line); }
  else td.append(text);
  if (spec.bar) { const bar = el("div", "bar"); bar.style.width = `${spec.bar * 100}%`; bar.style.background = spec.tone; td.append(bar); }
  if (spec.note) td.append(el("div", "note", spec.note));
  return td;
}

function row(spec, columns, first) {
  const tr = el("tr", spec.href ? "link" : "");
  tr.dataset.id = spec.id;
  if (spec.selected) { tr.classList.add("selected"); tr.setAttribute("aria-current", "true"); }
  if (spec.dim) tr.classList.add("dim");
  spec.cells.forEach((one, i) => tr.append(cell(one, columns[i], i === first ? spec.href : null)));
  if (spec.href) tr.addEventListener("click", (event) => { if (!event.defaultPrevented) tr.querySelector("a:not(.own)").click(); });
  return tr;
}

// Rows that stay as they were keep their element: with the focus, under the pointer, and where one has scrolled to.
function fill(body, made) {
  const kept = new Set(made);
  [...body.children].forEach((tr) => { if (!kept.has(tr)) tr.remove(); });
  made.forEach((tr, i) => { if (body.children[i] !== tr) body.insertBefore(tr, body.children[i] || null); });
}

function items(data, drawn) {
  const first = Math.max(0, data.columns.findIndex((c) => c.link));
  const made = new Map(), next = (text, build) => {
    let name = text;
    while (made.has(name)) name += " ";
    made.set(name, drawn.get(name) || build());
  };
  for (const spec of data.rows) {
    const { separator, ...plain } = spec;
    if (separator) next(separator, () => {
      const tr = el("tr", "separator"), td = el("td", "", separator);
      td.colSpan = data.columns.length; tr.append(td);
      return tr;
    });
    next(JSON.stringify(plain), () => row(plain, data.columns, first));
  }
  return made;
}

// The table that is there already, where only its rows are others.
function refill(root, data, held) {
  const box = root.querySelector(".rows"), body = box.querySelector("tbody"), top = box.scrollTop;
  const seen = top > 0 && [...body.children].find((tr) => tr.offsetTop + tr.offsetHeight > top), at = seen && seen.offsetTop;
  held.drawn = items(data, held.drawn);
  fill(body, [...held.drawn.values()]);
  if (seen) box.scrollTop = seen.isConnected ? top + seen.offsetTop - at : 0;
  scrollable(box, data);
}

function draw(root, data, held) {
  const table = el("table", data.dense ? "dense" : "");
  const group = el("colgroup");
  data.columns.forEach((c) => { const col = el("col"); if (c.width) col.style.width = c.width; group.append(col); });
  table.append(group);
  if (data.caption) table.setAttribute("aria-label", data.caption);
  if (data.columns.some((c) => c.title)) {
    const head = el("tr");
    data.columns.forEach((c) => { const th = el(c.title ? "th" : "td", c.align || "", c.title); if (c.title) th.scope = "col"; head.append(th); });
    const thead = el("thead"); thead.append(head); table.append(thead);
  }
  const body = el("tbody");
  held.drawn = items(data, new Map());
  body.append(...held.drawn.values());
  table.append(body);
  const box = root.querySelector(".rows");
  box.style.maxHeight = data.height ? `${data.height}px` : "";
  box.replaceChildren(table);
  scrollable(box, data);
  const selected = box.querySelector(".selected");
  if (selected && data.height) whenSeen(box, () => { box.scrollTop = Math.max(0, selected.offsetTop - data.height / 2); });
}

// In a tab that is not open nothing has a place yet.
function whenSeen(box, act) {
  if (box.offsetParent) { act(); return; }
  new IntersectionObserver((seen, observer) => { if (seen.some((one) => one.isIntersecting)) { observer.disconnect(); act(); } }).observe(box);
}

// What scrolls and holds no link must be reached by the keyboard itself.
function scrollable(box, data) {
  const alone = Boolean(data.height) && !box.querySelector("a");
  for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", data.caption]]) {
    if (alone) box.setAttribute(name, value); else box.removeAttribute(name);
  }
}

function move(root, by) {
  const rows = [...root.querySelectorAll("tr.link")];
  if (!rows.length) return;
  const at = rows.findIndex((tr) => tr.classList.contains("cursor")), chosen = rows.findIndex((tr) => tr.classList.contains("selected"));
  const from = at >= 0 ? at : chosen;
  const to = Math.min(rows.length - 1, Math.max(0, from < 0 ? 0 : from + by));
  rows.forEach((tr, i) => tr.classList.toggle("cursor", i === to));
  rows[to].scrollIntoView({ block: "nearest" });
  rows[to].querySelector("a").focus({ preventScroll: true });
}

function update(root, data, held) {
  const chosen = data.rows.find((one) => one.selected);
  const frame = JSON.stringify([data.columns, data.caption, data.height, data.dense, chosen && chosen.id]);
  if (frame === held.frame) refill(root, data, held); else draw(root, data, held);
  held.frame = frame;
}

export default function ({ data, parentElement: root }) {
  let held = tables.get(root);
  if (!held) {
    held = { text: "", stop: new AbortController() };
    tables.set(root, held);
    document.addEventListener("chronoscope:move", (event) => { if (held.keyboard) move(root, event.detail); }, { signal: held.stop.signal });
  }
  held.keyboard = data.keyboard;
  const text = JSON.stringify(data);
  if (text !== held.text) { held.text = text; update(root, data, held); }
  return () => { if (!root.isConnected) { held.stop.abort(); tables.delete(root); } };
}
