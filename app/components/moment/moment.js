// The moment bar. The address is the only truth: it comes in as `data`; what the hand does stays here until it rests,
// then one trigger says what changed. While a hand moves, older data is not taken over.
const REST = 250; // milliseconds after the last key or press
const held = new WeakMap();

const own = (s) => (s.mode === "knew" ? "known" : "moment");
const latest = (s) => Math.max(s.data.last, s.data.time);
function at(s, hand) {
  return hand === "known" ? s.known : s.occurred ?? s.data.time;
}
function handAt(s) {
  return at(s, own(s));
}
// At the end of the log there is nothing to be behind of: that is live.
function move(s, hand, time) {
  if (hand === "known") { s.known = Math.min(time, s.data.headAt); s.commit_ = null; }
  else s.occurred = time >= latest(s) ? null : Math.max(time, s.whole.since);
}
function look(s, view) {
  s.view = view;
  s.dirty = true;
  later(s);
  refresh(s);
}
async function refresh(s) {
  const data = s.data, view = s.view;
  try {
    const found = await bars(data, view, s.width);
    if (s.data !== data && s.data.head !== data.head || !sameView(view, s.view)) return; // an older question
    s.bars = found; s.dirty = true;
    s.field.classList.remove("failed");
  } catch { s.field.classList.add("failed"); }
  later(s);
}
function wholeOf(data) {
  const times = [data.first, data.last, data.time, data.occurred, ...(data.known === null ? [] : [data.knownAt, data.headAt])].filter((one) => one !== null);
  const since = Math.min(...times), before = Math.max(...times), room = Math.max(SECOND, (before - since) * 0.01);
  return { since: Math.floor(since - room), before: Math.ceil(before + room) };
}
function viewOf(data, whole) {
  if (!data.window) return whole;
  const [since, before] = data.window;
  const view = { since: since ?? whole.since, before: before ?? whole.before };
  return view.before - view.since >= SECOND ? view : whole;
}
// The address's place into the bar, unless a hand holds it.
function restore(s) {
  const { data } = s;
  clearTimeout(s.timer);
  s.timer = null;
  s.mode = data.known === null ? "happened" : "knew";
  s.whole = wholeOf(data);
  s.occurred = data.occurred;
  s.known = data.known === null ? null : data.knownAt ?? s.whole.since;
  s.commit_ = data.known;
  s.pinned = data.pinned;
  s.step = s.step && s.step.at === handAt(s) ? s.step : null;
  s.hues = new Map(data.hues);
  const view = viewOf(data, s.whole);
  if (!s.view || !sameView(view, s.view)) s.view = view;
  s.dirty = true;
  later(s);
}
function changed(s) {
  const { data } = s, found = {};
  if (s.occurred !== data.occurred) found.t = s.occurred;
  if (s.commit_ !== data.known) {
    if (s.commit_ !== null || s.known === null) found.known = s.commit_;
    else if (s.known !== data.knownAt) found.knownAt = s.known;
  }
  if (!sameView(s.view, viewOf(data, s.whole))) found.w = sameView(s.view, s.whole) ? null : [s.view.since, s.view.before];
  if (s.pinned !== data.pinned) found.t2 = s.pinned;
  return found;
}
function settle(s, after) {
  clearTimeout(s.timer);
  s.timer = setTimeout(() => {
    s.timer = null;
    const found = changed(s);
    if (!Object.keys(found).length) return restore(s);
    s.said.textContent = valueText(s, own(s));
    s.commit({ ...found, page: s.data.page });
  }, after);
}
function busy(s) {
  return Boolean(s.hand || s.timer || s.playing);
}
function shift(s, by) {
  pause(s);
  s.step = null;
  move(s, own(s), handAt(s) + by);
  reveal(s);
  settle(s, REST);
}
function reveal(s) {
  const view = revealing(s.view, s.whole, handAt(s));
  if (view !== s.view) look(s, view);
  later(s);
}
// Steps wait for each other, so that held keys take them one by one.
function step(s, direction) {
  pause(s);
  s.walking = (s.walking || Promise.resolve()).then(() => stepped(s, direction)).catch(() => s.field.classList.add("failed"));
}
async function stepped(s, direction) {
  const from = s.mode === "knew" ? s.commit_ ?? s.data.known : handAt(s);
  const next = await nextStep(s.data, s.mode, from, direction);
  if (!next) { if (direction > 0 && s.mode !== "knew") s.occurred = null; }
  else if (s.mode === "knew") { s.known = next[0]; s.commit_ = next[1]; }
  else s.occurred = next[0];
  s.step = next ? { at: handAt(s), text: next[2] } : null;
  reveal(s);
  settle(s, REST);
}
function pin(s) {
  s.pinned = s.occurred ?? s.data.time;
}
function zoom(s, factor) {
  look(s, zoomed(s.view, s.whole, clamp(handAt(s), s.view.since, s.view.before), factor));
}
async function copy(s) {
  const query = new URLSearchParams(location.search);
  if (s.occurred === null) query.delete("t"); else query.set("t", isoTime(s.occurred));
  await navigator.clipboard.writeText(`${location.origin}${location.pathname}?${query}`);
  s.said.textContent = "Link copied";
  s.link.textContent = "copied";
  setTimeout(() => { s.link.textContent = "Link"; }, 1200);
}
const ACTS = {
  back: (s) => step(s, -1), on: (s) => step(s, 1),
  hourBack: (s) => shift(s, -HOUR), hourOn: (s) => shift(s, HOUR),
  dayBack: (s) => shift(s, -DAY), dayOn: (s) => shift(s, DAY),
  first: (s) => shift(s, s.data.first - handAt(s)), last: (s) => shift(s, s.whole.before - handAt(s)),
  play: (s) => (s.playing ? pause(s) : play(s)),
  narrow: (s) => { zoom(s, 0.5); settle(s, REST); }, widen: (s) => { zoom(s, 2); settle(s, REST); },
  whole: (s) => { look(s, s.whole); settle(s, REST); },
  pin: (s) => { pin(s); later(s); settle(s, REST); }, unpin: (s) => { s.pinned = null; later(s); settle(s, REST); },
  copy, cancel: (s) => { if (s.hand) cancel(s); else pause(s); },
};
function act(s, name) {
  if (Object.hasOwn(ACTS, name)) ACTS[name](s);
}
const KEYS = {
  ArrowLeft: "back", ArrowDown: "back", ArrowRight: "on", ArrowUp: "on", PageDown: "hourBack", PageUp: "hourOn",
  Home: "first", End: "last", " ": "play", Escape: "cancel",
};
const SHIFTED = { PageDown: "dayBack", PageUp: "dayOn" };
function pressed(s, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const name = (event.shiftKey && SHIFTED[event.key]) || KEYS[event.key];
  if (!name) return;
  event.preventDefault();
  event.stopPropagation(); // not a shortcut of Streamlit's as well
  act(s, name);
}
// The switch of clocks: known begins at the newest commit, and ends when it is left out of the address.
function switched(s, mode) {
  pause(s);
  s.mode = mode;
  s.commit_ = mode === "knew" ? s.data.head : null;
  s.known = mode === "knew" ? s.data.headAt : null;
  settle(s, 0);
}
function valueText(s, hand) {
  const time = at(s, hand), step = s.step && hand === own(s) ? `, ${s.step.text}` : "";
  if (hand === "known") return `known at ${fullTime(time)}${step}`;
  return `${s.occurred === null ? "live, " : ""}${fullTime(time)}${step}`;
}
function later(s) {
  if (!s.frame) s.frame = requestAnimationFrame(() => { s.frame = 0; render(s); });
}
function render(s) {
  if (!s.width || !s.view) return;
  s.shown = {
    at: s.occurred ?? Infinity,
    hidden: s.mode !== "knew" ? Infinity : s.commit_ !== null && s.commit_ === s.data.known ? s.data.frontier ?? -Infinity : s.known,
  };
  if (s.dirty) { s.dirty = false; redraw(s); }
  paint(s);
  place(s, s.momentHand, "moment");
  if (s.mode === "knew") place(s, s.knownHand, "known");
  s.knownHand.hidden = s.mode !== "knew";
  flag(s);
  bubble(s);
  words(s);
  lead(s);
}
// What moves along with the hand hears of each frame in which it stands elsewhere, and that it was let go.
function lead(s) {
  const leading = busy(s), told = `${s.occurred} ${s.commit_} ${leading}`;
  if ((leading || s.leading) && told !== s.told) {
    document.dispatchEvent(new CustomEvent("chronoscope:moment", { detail: { occurred: s.occurred, known: s.commit_, held: leading } }));
  }
  s.told = told;
  s.leading = leading;
}
function place(s, hand, name) {
  const x = toX(s.view, s.width, at(s, name)), inside = clamp(x, 0, s.width);
  hand.style.transform = `translateX(${inside}px)`;
  hand.classList.toggle("out", x < -1 || x > s.width + 1);
  hand.classList.toggle("own", name === own(s));
  say(hand, "aria-valuetext", valueText(s, name));
  say(hand, "aria-valuenow", Math.round(at(s, name) / 1e6));
  say(hand, "aria-valuemin", Math.round(s.whole.since / 1e6));
  say(hand, "aria-valuemax", Math.round(s.whole.before / 1e6));
}
function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}
function flag(s) {
  const x = s.pinned === null ? -1 : toX(s.view, s.width, s.pinned);
  s.flag.hidden = x < 0 || x > s.width;
  s.flag.style.transform = `translateX(${x}px)`;
}
function bubble(s) {
  const index = s.hovered === null || !s.bars ? -1 : Math.floor((timeAt(s, s.hovered) - s.bars.since) / s.bars.bucket);
  const there = index >= 0 && index < s.bars?.sums.length;
  s.bubble.hidden = !there;
  if (!there) return;
  if (s.bubbled !== `${index} ${s.bars.bucket} ${s.bars.since}`) { s.bubbled = `${index} ${s.bars.bucket} ${s.bars.since}`; fill(s, index); }
  const half = s.half ??= s.bubble.offsetWidth / 2; // measured when it says something else
  s.bubble.style.transform = `translateX(${Math.round(clamp(s.hovered, half, Math.max(half, s.width - half)) - half)}px)`;
}
function fill(s, index) {
  s.half = null;
  const since = s.bars.since + index * s.bars.bucket;
  const head = el("div", "", `${fullTime(since).replace(/\.000 /, " ")} · ${duration(s.bars.bucket)}`);
  const rows = [el("b", "", events(s.bars.sums[index]))];
  for (const name of stacked(s)) {
    const number = s.bars.counts[s.bars.values.indexOf(name)][index];
    if (!number) continue;
    const row = el("span", "kind"), dot = el("i");
    dot.style.background = s.hues.get(name) || s.data.colours.muted;
    row.append(dot, `${name} ${count(number)}`);
    rows.push(row);
  }
  s.bubble.replaceChildren(head, ...rows);
}
function words(s) {
  const past = s.mode === "knew" || s.occurred !== null, time = handAt(s);
  s.bar.classList.toggle("past", past);
  text(s.icon, past ? "◀" : "●");
  text(s.word, s.mode === "knew" ? (s.commit_ === null ? "As we knew it" : `Known at #${count(s.commit_)}`) : past ? "Past" : "Live");
  text(s.day, s.mode === "knew" ? dayName(time).slice(4) : dayName(time)); // beside a position the weekday has no room
  text(s.clock, clockTime(time));
  text(s.ago, ago(time, Date.now() * 1000));
  for (const radio of s.radios) radio.checked = radio.value === s.mode;
}
function mount(root) {
  const found = (selector) => root.querySelector(selector);
  const s = {
    root, bar: found(".bar"), field: found(".field"), canvas: found("canvas"), veil: found(".veil"), unknown: found(".unknown"), brushed: found(".brushed"), flag: found(".flag"), bubble: found(".bubble"),
    momentHand: found(".hand.moment"), knownHand: found(".hand.known"), said: found(".said"), link: found("[data-act=copy]"), icon: found(".icon"), word: found(".word"),
    day: found(".day"), clock: found(".clock"), ago: found(".ago"), radios: [...root.querySelectorAll("input[name=clock]")],
    stop: new AbortController(), calm: matchMedia("(prefers-reduced-motion: reduce)"), speed: 1, hovered: null, brush: null, width: 0, height: 0,
  };
  const { signal } = s.stop;
  followPointer(s);
  for (const hand of [s.momentHand, s.knownHand]) hand.addEventListener("keydown", (event) => pressed(s, event), { signal });
  s.bar.addEventListener("click", (event) => { const button = event.target.closest("[data-act]"); if (button) act(s, button.dataset.act); }, { signal });
  found(".line:has(.clock)").addEventListener("mouseenter", (event) => { const at = handAt(s); event.currentTarget.title = `${fullTime(at)}\n${localTime(at)}`; }, { signal });
  s.radios.forEach((radio) => radio.addEventListener("change", () => switched(s, radio.value), { signal }));
  found("select").addEventListener("change", (event) => { s.speed = Number(event.target.value); }, { signal });
  document.addEventListener("chronoscope:bar", (event) => act(s, event.detail), { signal });
  s.sized = new ResizeObserver(() => resized(s));
  s.sized.observe(s.field);
  return s;
}
function resized(s) {
  const { clientWidth: width, clientHeight: height } = s.field;
  if (!width || (width === s.width && height === s.height)) return;
  s.width = width; s.height = height; s.dirty = true;
  later(s);
  refresh(s);
}
function load(s, data) {
  const grown = !s.data || s.data.head !== data.head;
  const before = s.view;
  s.data = data;
  s.font = getComputedStyle(s.bar).fontFamily;
  if (!busy(s)) restore(s);
  if (s.width && (grown || before !== s.view)) refresh(s);
}
function unmount(s) {
  s.stop.abort();
  s.sized.disconnect();
  clearTimeout(s.timer);
  if (s.playing) cancelAnimationFrame(s.playing.frame);
}
export default function ({ data, parentElement: root, setTriggerValue }) {
  let s = held.get(root);
  if (!s) held.set(root, s = mount(root));
  s.commit = (found) => setTriggerValue("settled", found);
  load(s, data);
  return () => { if (!root.isConnected) { unmount(s); held.delete(root); } };
}
