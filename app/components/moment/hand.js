// The pointer: drag to travel, Shift or the axis to brush a window, hover to read a bar. Local until it is let go.
const GRIP = 12; // pixels around a handle that belong to it
const CLICK = 4; // pixels: a brush that is narrower was none
const SETTLE = 150; // milliseconds after the pointer was let go

function followPointer(s) {
  const listen = (name, answer) => s.field.addEventListener(name, answer, { signal: s.stop.signal });
  listen("pointerdown", (event) => { if (event.button === 0 && !s.hand) take(s, event); });
  listen("pointermove", (event) => { s.pointer = event.clientX - s.left; if (s.hand) drag(s); else hover(s, event); });
  listen("pointerup", () => { if (s.hand) letGo(s); });
  listen("pointercancel", () => { if (s.hand) cancel(s); });
  listen("pointerleave", () => { if (!s.hand) { s.hovered = null; later(s); } });
  listen("dblclick", () => { restore(s); act(s, "whole"); });
}
function measured(s) {
  const box = s.field.getBoundingClientRect();
  s.left = box.left; s.top = box.top;
}
function take(s, event) {
  measured(s);
  pause(s);
  clearTimeout(s.timer);
  s.pointer = event.clientX - s.left;
  const low = event.clientY - s.top > s.height - AXIS;
  s.hand = event.shiftKey || low ? "brush" : nearest(s);
  if (s.hand === "brush") { const at = timeAt(s, s.pointer); s.from = s.pointer; s.brush = [at, at]; }
  s.field.setPointerCapture(event.pointerId);
  s.root.activeElement?.blur?.();
  (s.hand === "known" ? s.knownHand : s.momentHand).focus({ preventScroll: true });
  event.preventDefault();
  drag(s);
}
// Of two handles the one under the pointer, else the one that the clock in view moves.
function nearest(s) {
  const own = s.mode === "knew" ? "known" : "moment", other = own === "known" ? "moment" : "known";
  if (s.mode !== "knew") return "moment";
  const reach = (hand) => Math.abs(toX(s.view, s.width, at(s, hand)) - s.pointer);
  return reach(other) < GRIP && reach(own) >= reach(other) ? other : own;
}
function timeAt(s, x) {
  return toTime(s.view, s.width, x);
}
// Only notes where the pointer is: the next frame draws it, however many moves came in between.
function drag(s) {
  const time = timeAt(s, s.pointer);
  if (s.hand === "brush") s.brush[1] = time;
  else move(s, s.hand, time);
  s.hovered = s.pointer;
  later(s);
}
function letGo(s) {
  const hand = s.hand;
  s.hand = null;
  if (hand === "brush") return brushDone(s);
  s.hovered = null;
  settle(s, SETTLE);
}
function brushDone(s) {
  const [since, before] = [...s.brush].sort((a, b) => a - b), wide = Math.abs(s.pointer - s.from);
  s.brush = s.hovered = null;
  if (wide >= CLICK && before - since >= NARROWEST) look(s, { since, before });
  settle(s, SETTLE);
  later(s);
}
function cancel(s) {
  s.hand = s.brush = s.hovered = null;
  restore(s);
}
function hover(s, event) {
  if (s.left === undefined || event.buttons === 0) measured(s);
  s.hovered = event.clientX - s.left;
  later(s);
}
