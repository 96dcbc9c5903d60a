// Beats while nothing else goes on, for parts that follow the log: Streamlit's own timer of a fragment may overtake
// what somebody has just typed or pressed, and that is then lost. So it waits: behind a hand, and while the page runs.
const beating = new WeakMap();
const QUIET = 700; // milliseconds after the last key or press

function resting() {
  const app = document.querySelector("[data-testid=stApp]");
  return document.visibilityState === "visible" && Boolean(app) && app.dataset.testScriptState === "notRunning";
}

function mount(held) {
  let touched = -QUIET;
  for (const kind of ["keydown", "pointerdown", "pointerup", "popstate"]) {
    window.addEventListener(kind, () => { touched = performance.now(); }, { capture: true, signal: held.stop.signal });
  }
  const timer = setInterval(() => { if (resting() && performance.now() - touched > QUIET) held.beat(); }, held.every);
  held.stop.signal.addEventListener("abort", () => clearInterval(timer));
}

export default function ({ data, parentElement: root, setTriggerValue }) {
  let held = beating.get(root);
  if (!held) {
    held = { stop: new AbortController(), every: data.every };
    beating.set(root, held);
    mount(held);
  }
  held.beat = () => setTriggerValue("beat", Date.now());
  return () => { if (!root.isConnected) { held.stop.abort(); beating.delete(root); } };
}
