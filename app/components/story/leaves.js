// The state at the step, leaf by leaf, each with the event that made it so; and what the step changed.
const SIGNS = { added: "+", removed: "−", changed: "~" };
const COLUMNS = ["path", "value", "setter"];

function kindOf(before, after) {
  return before === null ? "added" : after === null ? "removed" : "changed";
}
function leafRow(slot) {
  const element = el("div", "row leaf");
  const cell = (name) => { const made = el("span", `cell ${name}`); made.setAttribute("role", "gridcell"); element.append(made); return made; };
  const sign = cell("sign"), cells = COLUMNS.map(cell), when = cell("when");
  cells.forEach((one, i) => { one.id = `leaf-${slot}-${i}`; });
  const inside = (i, tag, name) => { const made = el(tag, name); made.tabIndex = -1; cells[i].append(made); return made; }; // the grid has the focus
  const path = inside(0, "a", "to"), text = el("span"), open = inside(1, "button", "open"), setter = inside(2, "a", "to");
  cells[1].append(text); // behind the button, which floats
  element.setAttribute("role", "row");
  open.type = "button";
  open.textContent = "open";
  return { element, sign, cells, path, text, open, setter, when };
}
function fillLeaf(s, row, place) {
  const { view } = s, id = s.ids[place], path = view.window.paths[id], text = view.texts[id], setter = view.setters[id];
  const change = s.changes.get(id), kind = change ? kindOf(change[1], change[2]) : "", { element } = row;
  put(row, "place", place, () => element.setAttribute("aria-rowindex", place + 1));
  put(row, "path", path, () => {
    writeCell(s.leaves, row.cells[0], row.path, visible(path));
    element.dataset.path = path;
    element.classList.toggle("pinned", path === s.data.path);
  });
  put(row, "text", text, () => {
    writeCell(s.leaves, row.cells[1], row.text, inRow(text));
    row.open.hidden = text.length <= LONG;
    element.dataset.text = text.slice(0, IN_ROW);
  });
  put(row, "kind", kind, () => {
    write(row.sign, kind ? SIGNS[kind] : "");
    row.sign.title = kind;
    element.classList.toggle("changed", Boolean(kind));
  });
  const by = setterOf(view, setter), here = setter === view.at;
  put(row, "setter", by[0], () => {
    writeCell(s.leaves, row.cells[2], row.setter, `${named(by[2])} #${by[1]}`);
    element.dataset.setter = by[0];
  });
  put(row, "when", here ? "here" : s.day + by[3], () => {
    write(row.when, here ? "here" : Math.floor(by[3] / DAY) === s.day ? clockTime(by[3]).slice(0, 8) : shortDay(by[3]));
    row.when.classList.toggle("here", here);
  });
  const active = s.active.row === place ? s.active.column : -1;
  put(row, "active", active, () => row.cells.forEach((cell, i) => cell.classList.toggle("active", i === active)));
}
function shortDay(at) {
  const day = date(at);
  return `${day.getUTCDate()} ${MONTH[day.getUTCMonth()]} ${clockTime(at).slice(0, 5)}`;
}
function stepQuery(s, position) {
  const query = new URLSearchParams(location.search);
  query.delete("q");
  if (position === null) query.delete("e"); else query.set("e", position);
  return query;
}
// The address with the path's history open, at the step in view; without, where it is open already.
function pathLink(s, path) {
  if (path === "(whole)") return "";
  const query = stepQuery(s, settledStep(s));
  if (path === s.data.path) query.delete("path"); else query.set("path", path);
  return `?${query}`;
}
function changeRow() {
  const element = el("div", "row change");
  const part = (name) => { const made = el("span", name); element.append(made); return made; };
  const row = { element, sign: part("sign"), path: part("cell path"), before: part("cell before"), after: part("cell after") };
  element.setAttribute("role", "row");
  for (const cell of [row.path, row.before, row.after]) cell.setAttribute("role", "cell");
  return row;
}
function fillChange(s, row, place) {
  const [id, before, after] = s.changed[place], kind = kindOf(before, after), path = s.view.window.paths[id], { element } = row;
  put(row, "kind", kind, () => { write(row.sign, SIGNS[kind]); row.sign.title = element.dataset.kind = kind; });
  put(row, "path", path, () => { writeCell(s.differences, row.path, row.path, visible(path)); element.dataset.path = path; });
  for (const [name, text] of [["before", before], ["after", after]]) {
    put(row, name, text, () => {
      writeCell(s.differences, row[name], row[name], text === null ? "not there" : inRow(text));
      row[name].classList.toggle("none", text === null);
      if (text === null) delete element.dataset[name]; else element.dataset[name] = text.slice(0, IN_ROW);
    });
  }
}
// Which leaves are listed: those that are there, of them those that hold the text that is looked for.
function listed(s) {
  const { view } = s, { paths } = view.window, wanted = s.search.value.trim().toLowerCase(), found = [];
  view.texts.forEach((text, id) => {
    if (text === null || (s.onlyChanged && !s.changes.has(id))) return;
    if (wanted && !paths[id].toLowerCase().includes(wanted) && !text.toLowerCase().includes(wanted)) return;
    found.push(id);
  });
  return found;
}
function paintLeaves(s) {
  const { view } = s;
  const again = view.moved || s.searched !== s.search.value || s.search.value || s.onlyChanged || s.listedOf !== view.window || s.toggled;
  if (again) { s.ids = listed(s); view.moved = s.toggled = false; s.searched = s.search.value; s.listedOf = view.window; }
  s.day = Math.floor(s.index.times[view.at] / DAY);
  listLength(s.leaves, s.ids.length);
  put(s, "rows", s.ids.length, (rows) => s.leaves.box.setAttribute("aria-rowcount", rows));
  fillList(s.leaves);
  listLength(s.differences, s.changed.length);
  fillList(s.differences);
}
function followLeaves(s) {
  const { box } = s.leaves, listen = (name, answer) => box.addEventListener(name, answer, { signal: s.stop.signal });
  const placeOf = (target) => (s.view && s.leaves.rows.find((row) => row.element === target.closest(".leaf"))?.index) ?? -1; // none while another story is read
  listen("click", (event) => {
    const place = placeOf(event.target), cell = event.target.closest(".cell");
    if (place < 0 || !cell) return;
    choose(s, place, COLUMNS.findIndex((name) => cell.classList.contains(name)));
    if (event.target.closest("a, button") && !(event.ctrlKey || event.metaKey || event.shiftKey)) { event.preventDefault(); act(s); }
  });
  listen("mouseover", (event) => {
    const cell = event.target.closest(".cell"), place = cell ? placeOf(cell) : -1;
    if (place < 0) return;
    cell.title = leafTitle(s, place, cell);
    const link = cell.querySelector("a");
    if (link) link.href = leafLink(s, place, cell); // where a new tab would lead
  });
  listen("keydown", (event) => leafKey(s, event));
  listen("blur", () => choose(s, -1, 0));
}
function leafLink(s, place, cell) {
  const { view } = s, id = s.ids[place];
  return cell.classList.contains("path") ? pathLink(s, view.window.paths[id]) : `?${stepQuery(s, setterOf(view, view.setters[id])[0])}`;
}
function leafTitle(s, place, cell) {
  const { view } = s, id = s.ids[place], by = setterOf(view, view.setters[id]);
  if (cell.classList.contains("path")) return `Every value that ${visible(view.window.paths[id])} ever had`;
  if (cell.classList.contains("value")) return inRow(view.texts[id]);
  return `${named(by[2])} #${by[1]}, position ${count(by[0])}\n${fullTime(by[3])}`;
}
function choose(s, row, column) {
  s.active = { row, column };
  const slot = s.leaves.rows.findIndex((one) => one.index === row);
  if (row < 0 || slot < 0) s.leaves.box.removeAttribute("aria-activedescendant");
  else s.leaves.box.setAttribute("aria-activedescendant", `leaf-${slot}-${column}`);
  if (s.view) fillList(s.leaves);
}
const LEAF_KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [-10, 0], PageDown: [10, 0], Home: [-1e9, 0], End: [1e9, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
function leafKey(s, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !s.ids.length) return;
  if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); if (s.active.row >= 0) act(s); return; }
  const by = LEAF_KEYS[event.key];
  if (!by || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  const row = clamp(s.active.row + by[0], 0, s.ids.length - 1);
  showRow(s.leaves, row);
  fillList(s.leaves);
  choose(s, row, s.active.row < 0 ? 0 : clamp(s.active.column + by[1], 0, 2));
}
// What the chosen cell is for: the field's history, the whole value, the event that made it so.
function act(s) {
  const { view, active } = s, id = s.ids[active.row];
  if (!view || id === undefined) return;
  if (COLUMNS[active.column] === "value") openValue(s, view.window.paths[id], view.texts[id]);
  else if (COLUMNS[active.column] === "setter") { move(s, view.setters[id]); settle(s, LET_GO); }
  else if (view.window.paths[id] !== "(whole)") { clearTimeout(s.timer); s.timer = null; open(new URL(pathLink(s, view.window.paths[id]), location.href).href); }
}
function openValue(s, path, text) {
  const { dialog } = s, shown = dialog.querySelector("pre"), more = dialog.querySelector("[data-act=more]");
  dialog.querySelector("h2").textContent = visible(path);
  dialog.querySelector(".size").textContent = `${count(text.length)} characters`;
  shown.textContent = visible(text.slice(0, OPENED));
  more.hidden = text.length <= OPENED;
  more.onclick = () => { shown.textContent = visible(text); more.hidden = true; };
  dialog.showModal();
}
