// Ways through the story: buttons, keys on the hand and in the list, and those of the whole page.
const TEN = 10;

async function toChange(s, way) {
  const path = s.data.path;
  if (!path) return;
  const began = s.at, shelf = s.shelf;
  for (let index = began + way; index >= 0 && index <= s.bound; index += way) {
    if (!stepAt(shelf, index)) await fetchWindow(s.of, shelf, beginning(shelf, index));
    if (s.at !== began || shelf !== s.shelf) return; // gone on meanwhile
    if (touches(holding(shelf, index), index, path)) { move(s, index); return settle(s, REST); }
  }
}
const ACTS = {
  first: (s) => move(s, 0), last: (s) => move(s, s.bound), back: (s) => move(s, s.at - 1), on: (s) => move(s, s.at + 1),
  tenBack: (s) => move(s, s.at - TEN), tenOn: (s) => move(s, s.at + TEN),
};
// Which event made the first value so, from where arrows go on; the chosen one, where one is.
function blame(s) {
  if (!s.view || !s.ids.length) return;
  const row = Math.max(0, s.active.row);
  s.leaves.box.focus();
  showRow(s.leaves, row);
  fillList(s.leaves);
  choose(s, row, COLUMNS.indexOf("setter"));
}
const OTHER = {
  changeBack: (s) => toChange(s, -1).catch((error) => problem(s, `The steps could not be read: ${error.message}.`)),
  changeOn: (s) => toChange(s, 1).catch((error) => problem(s, `The steps could not be read: ${error.message}.`)),
  retry: (s) => { problem(s, ""); if (s.index) later(s); else read(s); },
  close: (s) => s.dialog.close(), more: () => {},
  blame,
  spacing: (s) => {
    s.byTime = !s.byTime;
    s.root.querySelector("[data-act=spacing]").setAttribute("aria-pressed", s.byTime);
    if (s.index) { layOut(s); s.was.veil = null; later(s); }
  },
  unchanged: (s) => { s.onlyChanged = !s.onlyChanged; s.toggled = true; later(s); },
};
function go(s, name) {
  if (Object.hasOwn(OTHER, name)) OTHER[name](s);
  else if (Object.hasOwn(ACTS, name) && s.index) { ACTS[name](s); settle(s, REST); }
}
const STEPPING = { ArrowLeft: "back", ArrowRight: "on", ArrowUp: "back", ArrowDown: "on", PageUp: "tenBack", PageDown: "tenOn", Home: "first", End: "last" };
const HAND = { ...STEPPING, ArrowUp: "on", ArrowDown: "back", PageUp: "tenOn", PageDown: "tenBack" }; // a slider's up is more
const PINNED = { ArrowLeft: "changeBack", ArrowRight: "changeOn" };

function pressed(s, event, keys) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const name = event.shiftKey ? PINNED[event.key] : keys[event.key];
  if (!name) return;
  event.preventDefault();
  event.stopPropagation(); // not a shortcut of Streamlit's as well
  go(s, name);
}
function followWays(s) {
  const { signal } = s.stop;
  s.strip.hand.addEventListener("keydown", (event) => pressed(s, event, HAND), { signal });
  s.past.box.addEventListener("keydown", (event) => pressed(s, event, STEPPING), { signal });
  s.story.addEventListener("click", (event) => { const button = event.target.closest("[data-act]"); if (button) go(s, button.dataset.act); }, { signal });
  s.search.addEventListener("input", () => later(s), { signal });
  addEventListener("popstate", () => { s.sent = null; }, { signal }); // Back, Forward and links are no echo
  document.addEventListener("chronoscope:move", (event) => go(s, event.detail > 0 ? "on" : "back"), { signal });
  document.addEventListener("chronoscope:story", (event) => go(s, event.detail), { signal });
  document.addEventListener("chronoscope:moment", (event) => led(s, event.detail), { signal });
}
