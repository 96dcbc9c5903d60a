// The time machine: where one stands in a key's story, the state there, what the step changed. All of it moves here, by
// itself; the address is told when the hand has come to rest, and is the truth again from then on.
const REST = 250; // milliseconds after the last key
const LET_GO = 16; // milliseconds after the pointer was let go: a frame, in which the state is drawn first
const ECHO = 10_000; // milliseconds in which the answer to an older settling may still come in, on a machine in a hurry
const HELD_ON = 1500; // milliseconds that the story waits for the address once the moment bar was let go
const LEAST = 360; // pixels that the panes have at least
const HEAD = 46 + 8 + 33 + 3; // the strip, and the head of a pane
const OVER = 132 + 8 + 33; // what changed, where it stands over the state
const held = new WeakMap();

const shownBy = (data) => JSON.stringify([data.base, data.key, data.projection, data.known, data.head]);

// Asks for the index again where the key, what is known, or the log is another one. What is shown stays until it is there.
async function read(s) {
  const { data } = s, other = !s.of || s.of.key !== data.key || s.of.projection !== data.projection;
  if (other) { s.index = null; s.view = null; s.longest = 0; waiting(s, true); }
  try {
    const index = await indexOf(data);
    if (shownBy(data) !== shownBy(s.data)) return; // an older question
    if (other || s.index?.tag !== index.tag) { s.shelf = newShelf(); s.view = null; }
    s.index = index;
    s.of = data;
    problem(s, "");
    for (const row of s.past.rows) row.was = {};
    s.number.style.width = `${Math.max(2 * count(index.total).length + 4, count(index.total).length + 7)}ch`; // the strip keeps its width while numbers grow
    if (s.strip.width) layOut(s);
    listLength(s.past, rowOf(s, index.total - 1) + 1);
    if (busy(s)) { bound(s, s.occurred); move(s, s.at); } else restore(s);
  } catch (error) { problem(s, `The story could not be read: ${error.message}.`); }
}
function waiting(s, so) {
  s.story.classList.toggle("waiting", so);
  say(s.story, "aria-busy", so);
}
function problem(s, text) {
  s.problem.hidden = !text;
  s.broken = Boolean(text);
  if (text) say(s.story, "aria-busy", false); // what is said is not held back; the rows stay dim
  s.problem.firstElementChild.textContent = text;
}
function bound(s, occurred) {
  s.occurred = occurred;
  s.bound = occurred === null ? s.index.total - 1 : countUpTo(s.index.times, occurred) - 1;
}
// The address's place, unless a hand holds the story.
function restore(s) {
  clearTimeout(s.timer);
  s.timer = s.sent = null;
  s.followed = false;
  bound(s, s.data.occurred);
  move(s, s.data.at ?? s.bound);
}
function busy(s) {
  return Boolean(s.hand || s.timer || s.followed);
}
function move(s, index, { stay = false } = {}) {
  const to = clamp(index, Math.min(0, s.bound), s.bound);
  s.way = Math.sign(to - s.at) || s.way;
  s.at = to;
  s.centred = !stay;
  later(s);
}
function later(s) {
  if (!s.frame) s.frame = requestAnimationFrame(() => { s.frame = 0; paint(s); });
}
// The position that the address has for the step in view: none at the last step up to the moment.
function settledStep(s) {
  return s.at === s.bound ? null : stepAt(s.shelf, s.at)?.[POSITION] ?? null;
}
function settle(s, after) {
  clearTimeout(s.timer);
  s.timer = setTimeout(() => settled(s), after);
}
function settled(s) {
  s.timer = null;
  if (s.at >= 0 && s.at < s.bound && !stepAt(s.shelf, s.at)) return settle(s, LET_GO); // its window is on its way
  s.said.textContent = s.at < 0 ? "" : stepText(s, s.at);
  const e = settledStep(s);
  if (e === (s.sent ?? s.data).e) return; // there already, or about to be
  s.sent = { e, until: performance.now() + ECHO };
  s.commit({ e });
}
// The moment bar's hand leads, in the same frame: the last step up to that time is in view.
function led(s, { occurred, known, held: leading }) {
  if (!s.index || s.hand || known !== s.data.known) return;
  clearTimeout(s.timer);
  s.timer = setTimeout(() => { s.timer = null; s.followed = false; if (s.data.occurred !== s.occurred) restore(s); }, HELD_ON);
  s.followed = leading;
  s.sent = null;
  bound(s, occurred);
  move(s, s.bound);
  paint(s);
}
function paint(s) {
  if (!s.index || !s.strip.width) return;
  const races = s.hand && Math.abs(s.at - s.passed) > 1;
  s.passed = s.at;
  s.turn = races && !s.turn; // where steps are passed over, the list and the state take turns, a frame each
  s.past.spare = races ? 0 : SPARE; // nor is it scrolled meanwhile
  if (races) later(s);
  if (!s.turn) paintPast(s); // first: scrolling lays out what has changed so far
  placeHand(s);
  if (!races || s.turn) paintState(s);
  gather(s);
}
function paintPast(s) {
  if (s.centred && s.at >= 0) centreRow(s.past, rowOf(s, s.at));
  fillList(s.past);
  say(s.past.box, "aria-activedescendant", s.past.rows.find((row) => row.was.index === s.at)?.element.id ?? "");
}
function placeHand(s) {
  const { hand, veil } = s.strip, last = s.index.total - 1;
  hand.hidden = s.at < 0;
  put(s, "ahead", s.at !== s.data.at, ahead); // what Python drew is of another step until it is told
  hand.style.transform = `translateX(${xOf(s, s.at)}px)`;
  put(s, "veil", s.bound < last ? s.bound < 0 ? 0 : (xOf(s, s.bound) + xOf(s, s.bound + 1)) / 2 : -1, (x) => {
    veil.hidden = x < 0;
    veil.style.left = `${x}px`;
  });
  say(hand, "aria-valuemin", 1);
  say(hand, "aria-valuemax", Math.max(1, s.bound + 1));
  say(hand, "aria-valuenow", s.at + 1);
  say(hand, "aria-valuetext", s.at < 0 ? "before the first event" : stepText(s, s.at));
  const beyond = last - s.bound;
  put(s, "number", `${s.at} ${s.bound} ${last}`, () => {
    write(s.number.firstElementChild, `${count(s.at + 1)} of ${count(s.bound + 1)}`);
    write(s.number.lastElementChild, beyond ? `${count(beyond)} beyond` : "");
  });
  s.ways.first.disabled = s.ways.back.disabled = s.at <= 0;
  s.ways.on.disabled = s.ways.last.disabled = s.at >= s.bound;
}
function ahead(so) {
  document.documentElement.toggleAttribute("data-ahead", so);
}
function paintState(s) {
  if (s.at < 0) return nothing(s, s.index.total ? "Nothing had happened yet at this moment." : "There are no events.");
  const window = holding(s.shelf, s.at);
  s.reading.hidden = Boolean(window);
  s.story.classList.toggle("behind", !window && Boolean(s.view));
  if (!window) return;
  s.view = standing(s.view, window, s.at);
  waiting(s, false); // not before: until now the rows were another key's
  grow(s);
  s.changed = changesAt(window, s.at);
  s.changes = new Map(s.changed.map((change) => [change[0], change]));
  paintLeaves(s);
  heads(s, window.steps[s.at - window.first]);
  s.story.dataset.step = s.at;
}
function nothing(s, text) {
  s.view = null;
  waiting(s, false);
  s.ids = s.changed = [];
  s.changes = new Map();
  for (const list of [s.leaves, s.differences]) { listLength(list, 0); fillList(list); }
  s.nothing.hidden = false;
  s.unchanged.hidden = true;
  s.nothing.textContent = text;
  s.stateNote.textContent = s.changeNote.textContent = "";
  s.reading.hidden = true;
  s.story.dataset.step = s.at;
}
function heads(s, step) {
  const by = `${named(step[TYPE])} #${step[VERSION]}`, kinds = { changed: 0, added: 0, removed: 0 };
  for (const [, before, after] of s.changed) kinds[kindOf(before, after)] += 1;
  const said = [...Object.keys(kinds).filter((kind) => kinds[kind]).map((kind) => `${count(kinds[kind])} ${kind}`), `by ${by}`].join(", ");
  put(s, "changeNote", step[ERROR] ? `refused: ${visible(step[ERROR])}` : s.changed.length ? said : `nothing, ${said}`, (text) => { write(s.changeNote, text); s.changeNote.title = text; });
  put(s, "stateNote", step[FLAGS] & PARKED ? "the last good one: a later event could not be folded" : `after #${step[VERSION]}`, (text) => write(s.stateNote, text));
  const unchanged = s.view.texts.reduce((sum, text) => sum + (text !== null), 0) - kinds.changed - kinds.added;
  s.unchanged.hidden = false;
  put(s, "unchanged", `${unchanged} ${s.onlyChanged}`, () => {
    write(s.unchanged, s.onlyChanged ? `Show ${count(unchanged)} unchanged` : `Hide ${count(unchanged)} unchanged`);
    s.unchanged.setAttribute("aria-pressed", s.onlyChanged);
  });
  const empty = !step[HELD] ? "The key holds nothing here: its last event removed it." : s.ids.length ? "" : s.search.value ? "No path and no value holds this text." : "Nothing changed here.";
  put(s, "nothing", empty, () => { s.nothing.hidden = !empty; s.nothing.textContent = empty; });
}
// Fetches what is needed, most wanted first: the step in view, the rows in view, what lies in the direction of travel.
function gather(s) {
  if (s.broken || !s.index?.total) return;
  const data = s.of, shelf = s.shelf;
  for (const index of wanted(s)) {
    if (shelf.coming.size >= AT_ONCE) return;
    if (index < 0 || index >= s.index.total || stepAt(shelf, index)) continue;
    const first = beginning(shelf, index);
    if (shelf.coming.has(first)) continue;
    fetchWindow(data, shelf, first)
      .then((window) => { if (shelf === s.shelf && window.tag !== s.index.tag) read(s); }, (error) => problem(s, `The steps could not be read: ${error.message}.`))
      .finally(() => { if (shelf === s.shelf) later(s); });
  }
}
function wanted(s) {
  const [from, to] = inView(s.past), found = [s.at];
  if (to > from) found.push(stepOf(s, from).index, stepOf(s, to - 1).index);
  const window = s.view?.window, far = window && (s.at - window.first) * 2 > WINDOW;
  if (window && (s.way < 0 ? !far : far)) found.push(s.way < 0 ? window.first - 1 : window.end);
  return found.map((index) => Math.max(index, -1));
}
// As high as what is left of the window below it, so that the state is seen without scrolling the page, and no higher
// than the longest of its lists: what a short story leaves free is for what stands below.
function fit(s) {
  const scroller = document.querySelector("[data-testid=stMain]"), top = s.story.getBoundingClientRect().top + (scroller?.scrollTop ?? 0);
  s.room = Math.max(LEAST, Math.round(innerHeight - top - 16));
  s.wide = s.story.clientWidth >= 1600;
  grow(s);
}
function grow(s) {
  const state = s.view?.window.paths.length ?? 0, above = s.wide ? 0 : OVER;
  s.longest = Math.max(s.longest, s.past.count * ROW, state * ROW + above); // it never shrinks under the hand
  const height = Math.min(s.room, Math.max(LEAST, s.longest + HEAD));
  put(s, "height", height, () => { s.story.style.height = `${height}px`; });
}
function paintedIn(s, data) {
  const { colours } = data;
  put(s, "colours", JSON.stringify(colours), () => {
    for (const name of ["before", "after", "failed"]) s.story.style.setProperty(`--${name}`, colours[name]);
    for (const row of s.past.rows) row.was = {};
    if (s.index && s.strip.width) drawStrip(s);
  });
  s.font = getComputedStyle(s.story).fontFamily;
}
function mount(root) {
  const found = (selector) => root.querySelector(selector), pane = (name) => found(`.${name} .list`);
  const s = {
    root, story: found(".story"), number: found(".number"), reading: found(".reading"), nothing: found(".nothing"), search: found("input"),
    unchanged: found("[data-act=unchanged]"), stateNote: found(".state .note"), changeNote: found(".differences .note"), problem: found(".problem"),
    dialog: found("dialog"), said: found(".said"), ways: {}, was: {}, stop: new AbortController(), shelf: newShelf(), at: 0, passed: 0, turn: false, bound: -1, way: 1,
    ids: [], changed: [], changes: new Map(), active: { row: -1, column: 0 }, view: null, index: null, wide: false, room: LEAST, longest: 0,
    strip: { track: found(".track"), canvas: found("canvas"), hand: found(".hand"), veil: found(".veil"), bubble: found(".bubble"), xs: [], gaps: [], width: 0 },
  };
  for (const name of ["first", "back", "on", "last"]) s.ways[name] = found(`[data-act=${name}]`);
  s.past = newList(pane("past"), pastRow, (row, place) => { if (s.index) fillPast(s, row, place); }); // rows stay while another story is read
  s.leaves = newList(pane("state"), leafRow, (row, place) => { if (s.view) fillLeaf(s, row, place); });
  s.differences = newList(pane("differences"), changeRow, (row, place) => { if (s.view) fillChange(s, row, place); });
  followStrip(s);
  followPast(s);
  followLeaves(s);
  followWays(s);
  s.resized = new ResizeObserver(() => { fit(s); later(s); });
  s.resized.observe(root.host.closest("[data-testid=stMainBlockContainer]") ?? s.story);
  addEventListener("resize", () => fit(s), { signal: s.stop.signal });
  return s;
}
function load(s, data) {
  const before = s.data;
  s.data = data;
  paintedIn(s, data);
  fit(s);
  if (!before || shownBy(before) !== shownBy(data)) read(s);
  if (before?.path !== data.path) for (const row of s.leaves.rows) row.was = {};
  if (!s.index || busy(s) || s.of.key !== data.key) return;
  if (s.sent && s.sent.e !== data.e && performance.now() < s.sent.until) return; // of before the last settling
  restore(s);
}
function unmount(s) {
  s.stop.abort();
  ahead(false);
  for (const one of [s.strip.sized, s.resized, s.past.sized, s.leaves.sized, s.differences.sized]) one.disconnect();
  clearTimeout(s.timer);
  cancelAnimationFrame(s.frame);
}
export default function ({ data, parentElement: root, setTriggerValue }) {
  let s = held.get(root);
  if (!s) held.set(root, s = mount(root));
  s.commit = (found) => setTriggerValue("settled", found);
  load(s, data);
  return () => { if (!root.isConnected) { unmount(s); held.delete(root); } };
}
