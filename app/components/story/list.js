// A list of any length whose rows are equally high: only those in view stand in the page, and are written again only
// where what they say has changed. `make` gives an empty row, `fill(row, index)` writes one.
const ROW = 28; // pixels, as in the style sheet
const SPARE = 4; // rows above and below those in view
const LETTER = 9; // pixels, a wide one
const CELL = 0.24; // of a list's width, the narrowest of those that are cut
const PLAIN = /^[ -~]*$/; // of letters that are no wider

function newList(box, make, fill) {
  const list = { box, body: box.querySelector(".body"), make, fill, count: 0, height: 0, width: 0, top: 0, from: 0, spare: SPARE, rows: [] };
  box.addEventListener("scroll", () => {
    if (box.scrollTop === list.top) return; // scrolled here, and filled
    list.top = box.scrollTop;
    fillList(list);
    list.scrolled?.();
  }, { passive: true });
  list.sized = new ResizeObserver(() => {
    if (list.width !== box.clientWidth) for (const row of list.rows) row.was = {};
    Object.assign(list, { height: box.clientHeight, width: box.clientWidth });
    fillList(list);
    list.scrolled?.();
  });
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
  const from = Math.max(0, Math.floor(list.top / ROW) - list.spare);
  return [from, Math.min(list.count, Math.ceil((list.top + list.height) / ROW) + list.spare)];
}
function fillList(list) {
  const [from, to] = inView(list), slots = Math.ceil(list.height / ROW) + 2 * SPARE + 1;
  while (list.rows.length < slots) {
    const row = { ...list.make(list.rows.length), was: {}, index: -1 };
    list.rows.push(row);
    list.body.append(row.element);
  }
  if (from !== list.from) turn(list, from);
  list.rows.forEach((row, place) => {
    const index = from + place, used = index < to;
    put(row, "used", used, () => { row.element.hidden = !used; });
    row.index = used ? index : -1;
    if (used) list.fill(row, index);
  });
}
// The rows that have gone out of view on one side come in on the other; those between keep what they say.
function turn(list, from) {
  const by = from - list.from, { rows, body } = list;
  if (by > 0 && by < rows.length) {
    const gone = rows.splice(0, by);
    rows.push(...gone);
    body.append(...gone.map((row) => row.element));
  } else if (by < 0 && -by < rows.length) {
    const gone = rows.splice(by);
    rows.unshift(...gone);
    body.prepend(...gone.map((row) => row.element));
  }
  list.from = from;
  body.style.paddingTop = `${from * ROW}px`;
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
// The text of an element that holds nothing else. Its node is kept: another one would be styled and laid out from nothing.
function write(element, text) {
  if (element.firstChild) element.firstChild.data = text; else element.append(text);
}
// A text that is surely narrower than its cell is not cut: each cut is one more clip to paint by.
function writeCell(list, cell, element, text) {
  write(element, text);
  cell.classList.toggle("cut", text.length * LETTER > list.width * CELL || !PLAIN.test(text));
}
// Written only where it differs from what stands there.
function put(row, name, value, write) {
  if (row.was[name] === value) return;
  row.was[name] = value;
  write(value);
}
