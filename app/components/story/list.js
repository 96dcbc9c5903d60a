// A list of any length whose rows are equally high: only those in view stand in the page, and are written again only
// where what they say has changed. `make` gives an empty row, `fill(row, index)` writes one.
const ROW = 28; // pixels, as in the style sheet
const SPARE = 4; // rows above and below those in view

function newList(box, make, fill) {
  const list = { box, body: box.querySelector(".body"), make, fill, count: 0, height: 0, top: 0, rows: [] };
  box.addEventListener("scroll", () => { list.top = box.scrollTop; fillList(list); list.scrolled?.(); }, { passive: true });
  list.sized = new ResizeObserver(() => { list.height = box.clientHeight; fillList(list); list.scrolled?.(); });
  list.sized.observe(box);
  return list;
}
function listLength(list, count) {
  if (list.count === count) return;
  list.count = count;
  list.body.style.height = `${count * ROW}px`;
  list.top = Math.min(list.top, Math.max(0, count * ROW - list.height));
}
function inView(list) {
  const from = Math.max(0, Math.floor(list.top / ROW) - SPARE);
  return [from, Math.min(list.count, Math.ceil((list.top + list.height) / ROW) + SPARE)];
}
function fillList(list) {
  const [from, to] = inView(list), slots = Math.ceil(list.height / ROW) + 2 * SPARE + 1;
  if (list.rows.length < slots) for (const row of list.rows) hideRow(row); // each gets another index
  while (list.rows.length < slots) {
    const row = list.make(list.rows.length);
    row.was = {};
    hideRow(row);
    list.rows.push(row);
    list.body.append(row.element);
  }
  const used = list.rows.length;
  for (const row of list.rows) if (row.index >= 0 && (row.index < from || row.index >= to)) hideRow(row);
  for (let index = from; index < to; index += 1) {
    const row = list.rows[index % used];
    if (row.index !== index) {
      row.element.style.transform = `translateY(${index * ROW}px)`;
      if (row.index < 0) row.element.hidden = false;
      row.index = index;
    }
    list.fill(row, index);
  }
}
function hideRow(row) {
  row.index = -1;
  row.element.hidden = true;
}
function scrollList(list, top) {
  const to = clamp(Math.round(top), 0, Math.max(0, list.count * ROW - list.height));
  if (to === list.top) return;
  list.top = to;
  list.box.scrollTop = to;
}
// Scrolled just so far that the row stands in the middle third.
function centreRow(list, index) {
  const top = index * ROW;
  scrollList(list, clamp(list.top, top + ROW - list.height * 2 / 3, top - list.height / 3));
}
function showRow(list, index) {
  scrollList(list, clamp(list.top, (index + 1) * ROW - list.height, index * ROW));
}
// Whoever reads the page from top to bottom finds the rows in their order; moved there when nothing moves, unused ones last.
function orderRows(list) {
  const rows = [...list.rows].sort((one, other) => (one.index >>> 0) - (other.index >>> 0));
  if (rows.some((row, i) => list.body.children[i] !== row.element)) list.body.append(...rows.map((row) => row.element));
}
// Written only where it differs from what stands there.
function put(row, name, value, write) {
  if (row.was[name] === value) return;
  row.was[name] = value;
  write(value);
}
