// Shortcuts for the whole page. Single keys are off while typing, and all off by the switch in the sheet. Never takes r,
// Alt, nor Ctrl but with k.
const STORE = "chronoscope.keys";
const CHORD = 1200; // milliseconds between two keys, as typed: a page that is busy drawing hears of both later

function typing(event) {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}
// Tabs, radios, tables and the like have arrows of their own, buttons and links have Space.
const ARROWED = "[role=tab], [role=radio], [role=slider], [role=listbox], [role=option], [role=grid], [role=gridcell], [role=menuitem], input, canvas";
function taken(event, selector) {
  const target = event.composedPath()[0];
  return target instanceof Element && Boolean(target.closest(selector));
}
function bar(name) {
  if (!document.querySelector(".st-key-moment_bar")) return false;
  document.dispatchEvent(new CustomEvent("chronoscope:bar", { detail: name }));
  return true;
}
function story(event, name, shifted) {
  if (!document.querySelector(".st-key-story")) return false;
  document.dispatchEvent(new CustomEvent("chronoscope:story", { detail: event.shiftKey ? shifted : name }));
  return true;
}
function press(selector) {
  const found = document.querySelector(selector);
  if (found) found.click();
  return Boolean(found);
}
function focus(selector) {
  const field = document.querySelector(selector);
  if (field) { field.focus(); field.select(); }
  return Boolean(field);
}
// The field, also where the page has it and Streamlit is still fetching what draws it; without one, the Events page.
function search() {
  const there = document.querySelector(".st-key-search");
  if (there && !focus(".st-key-search input")) requestAnimationFrame(search);
  return Boolean(there) || press(".st-key-nav_events a");
}
// To any key by its name: the field of the Time machine, as soon as that page is there and unless one has gone on.
const FIND = ".st-key-search input[aria-label^='Find an order']";
let goingOn = new AbortController();
function toAnything() {
  goingOn.abort();
  const { signal } = goingOn = new AbortController(), until = performance.now() + 5000;
  let pressed = -1e9;
  for (const name of ["keydown", "pointerdown"]) addEventListener(name, () => goingOn.abort(), { capture: true, signal });
  const look = () => {
    const now = performance.now();
    if (signal.aborted) return;
    if (focus(FIND) || now > until) return goingOn.abort();
    if (!location.pathname.endsWith("/order") && now - pressed > 2000) { // again, where Streamlit was busy and has not heard; twice would be two ways
      pressed = now;
      press(".st-key-nav_order a");
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look); // behind this key itself
}
// Dialogs of ours: nothing behind one that is open can have the focus.
function openDialogs(root) {
  const story = [...document.querySelectorAll(".st-key-story *")].map((one) => one.shadowRoot?.querySelector("dialog[open]"));
  return [root.querySelector("dialog[open]"), ...story].filter(Boolean);
}

function mount(root) {
  const sheet = root.querySelector("dialog"), off = root.querySelector("input");
  const stop = new AbortController();
  let chord = 0;
  try { off.checked = localStorage.getItem(STORE) === "off"; } catch { off.disabled = true; }
  off.addEventListener("change", () => localStorage.setItem(STORE, off.checked ? "off" : "on"));
  root.querySelector("button").addEventListener("click", () => sheet.close());
  const page = (key) => press(`.st-key-nav_${{ o: "overview", e: "events", l: "logs", t: "order", m: "models", s: "services", p: "projections", h: "health" }[key] || "none"} a`);
  const move = (by) => { document.dispatchEvent(new CustomEvent("chronoscope:move", { detail: by })); return true; };
  const single = {
    "/": search, "?": () => { sheet.open ? sheet.close() : sheet.showModal(); return true; },
    g: (event) => { chord = event.timeStamp; return true; }, n: () => press(".st-key-live button"),
    j: () => move(1), k: () => move(-1),
    ArrowLeft: (event) => !taken(event, ARROWED) && (story(event, "back", "changeBack") || bar("back")),
    ArrowRight: (event) => !taken(event, ARROWED) && (story(event, "on", "changeOn") || bar("on")),
    " ": (event) => !taken(event, "button, a, summary, [role=button], [role=tab], [role=slider]") && bar("play"),
    ",": () => bar("hourBack"), ".": () => bar("hourOn"), "<": () => bar("dayBack"), ">": () => bar("dayOn"),
    "[": () => bar("narrow"), "]": () => bar("widen"), a: () => bar("pin"), A: () => bar("unpin"), y: () => bar("copy"),
    b: (event) => story(event, "blame"), d: () => focus(".st-key-key_t2 input"),
    Escape: () => { bar("cancel"); return false; },
  };
  window.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "k") {
      event.preventDefault(); event.stopImmediatePropagation();
      openDialogs(root).forEach((dialog) => dialog.close());
      return toAnything();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    if (off.checked && event.key !== "?") return;
    const chorded = event.timeStamp - chord < CHORD && chord > 0;
    chord = 0;
    const done = chorded ? page(event.key) : Object.hasOwn(single, event.key) && single[event.key](event);
    if (done) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, { capture: true, signal: stop.signal });
  return stop;
}

export default function ({ parentElement: root }) {
  const held = window.chronoscopeKeys;
  if (held && held.root === root) return;
  if (held) held.stop.abort();
  window.chronoscopeKeys = { root, stop: mount(root) };
}
