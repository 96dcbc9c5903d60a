// What the story asks over HTTP beside Streamlit: the index of all its steps, and windows of steps, some of which are kept.
const WINDOW = 256; // steps that are asked at once
const KEPT = 24; // windows
const AT_ONCE = 2; // questions on their way
// The places in a step as it is sent.
const POSITION = 0, VERSION = 1, TYPE = 3, OCCURRED = 4, RECORDED = 5, FLAGS = 7, ERROR = 8, HELD = 9, DELTAS = 10;
const LATE = 1, CORRECTED = 2, PARKED = 4;

function address(data, name, more) {
  const asked = new URLSearchParams({ k: data.key, p: data.projection, ...more });
  if (data.known !== null) asked.set("known", data.known);
  return `${data.base}/${name}?${asked}`;
}
async function told(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the server said ${answer.status}`);
  return answer.json();
}
// Times come as differences: here they are whole again.
async function indexOf(data) {
  const found = await told(address(data, "story", {}));
  let at = 0;
  const times = Float64Array.from(found.times, (difference) => { at += difference; return at; });
  return { ...found, times, late: new Set(found.late), failed: new Set(found.failed), days: daysOf(times) };
}
// The steps with which a day begins.
function daysOf(times) {
  const found = [];
  times.forEach((at, i) => { if (!i || Math.floor(at / DAY) !== Math.floor(times[i - 1] / DAY)) found.push(i); });
  return found;
}
// How many of the sorted numbers are at most this one.
function countUpTo(sorted, most) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= most) low = middle + 1; else high = middle;
  }
  return low;
}
function newShelf() {
  return { windows: [], coming: new Set() };
}
function holding(shelf, index) {
  const place = shelf.windows.findIndex((one) => index >= one.first && index < one.end);
  if (place < 0) return null;
  const [found] = shelf.windows.splice(place, 1);
  shelf.windows.push(found); // the last used are kept
  return found;
}
function stepAt(shelf, index) {
  const window = index < 0 ? null : shelf.windows.find((one) => index >= one.first && index < one.end);
  return window ? window.steps[index - window.first] : null;
}
// Where a window begins that would hold the step: at a round number, or with the step where that one was cut short.
function beginning(shelf, index) {
  const round = Math.floor(index / WINDOW) * WINDOW;
  return shelf.windows.some((one) => one.first === round) ? index : round;
}
async function fetchWindow(data, shelf, first) {
  shelf.coming.add(first);
  try {
    const count = WINDOW - first % WINDOW;
    const window = readied(await told(address(data, "steps", { first, count })));
    shelf.windows.push(window);
    if (shelf.windows.length > KEPT) shelf.windows.shift();
    return window;
  } finally { shelf.coming.delete(first); }
}
// With what it takes to go back: of each step, the leaves that it changed as they were before.
function readied(window) {
  const view = begun(window);
  window.end = window.first + window.steps.length;
  window.undo = window.steps.map((step, i) => {
    const before = step[DELTAS].map(([id]) => [id, view.texts[id], view.setters[id]]);
    applied(view, step[DELTAS], window.first + i);
    return before;
  });
  return window;
}
