// The strip: a mark for each step, evenly spaced or by time with long gaps taken out; its hand is where one stands.
const EDGE = 10; // pixels at both ends, so that the hand is never cut
const GAP = 38; // pixels that a gap taken out keeps, for its label
const MOST_GAPS = 6;
const GAP_SHARE = 0.12; // of the time that is drawn: longer gaps are taken out
const FOOT = 13; // pixels under the marks, for what is unusual and for gaps

function layOut(s) {
  const { width } = s.strip, { total } = s.index;
  s.strip.gaps = [];
  if (s.byTime && total > 1) s.strip.xs = byTime(s.index.times, width, s.strip.gaps);
  else {
    const step = (width - 2 * EDGE) / Math.max(1, total);
    s.strip.xs = Float32Array.from({ length: total }, (_, i) => EDGE + (i + 0.5) * step);
  }
  drawStrip(s);
}
// The longest gaps, each longer than its share of what is then left.
function longGaps(times) {
  let longest = [], least = 0;
  for (let i = 1; i < times.length; i += 1) {
    const gap = times[i] - times[i - 1];
    if (gap <= least && longest.length === MOST_GAPS) continue;
    longest = [...longest, [gap, i]].sort((one, other) => other[0] - one[0]).slice(0, MOST_GAPS);
    least = longest.at(-1)[0];
  }
  let left = times[times.length - 1] - times[0];
  const found = longest.filter(([gap]) => { const out = gap > GAP_SHARE * left; if (out) left -= gap; return out; });
  return [new Map(found.map(([gap, i]) => [i, gap])), left];
}
function byTime(times, width, gaps) {
  const [out, left] = longGaps(times), room = width - 2 * EDGE - out.size * GAP;
  const xs = new Float32Array(times.length);
  let x = EDGE;
  for (let i = 0; i < times.length; i += 1) {
    if (out.has(i)) { gaps.push({ x, text: duration(out.get(i), 1) }); x += GAP; }
    else if (i) x += left > 0 ? (times[i] - times[i - 1]) / left * room : room / times.length;
    xs[i] = x;
  }
  return xs;
}
function xOf(s, index) {
  return s.strip.xs.length ? s.strip.xs[clamp(index, 0, s.strip.xs.length - 1)] : EDGE;
}
// The step whose mark is nearest.
function nearestStep(s, x) {
  const { xs } = s.strip, next = countUpTo(xs, x);
  if (next === 0) return 0;
  if (next === xs.length || x - xs[next - 1] <= xs[next] - x) return next - 1;
  return next;
}
function drawStrip(s) {
  const { canvas, width, height } = s.strip, ratio = Math.min(window.devicePixelRatio || 1, 3);
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const pen = canvas.getContext("2d"), { colours } = s.data;
  pen.scale(ratio, ratio);
  pen.fillStyle = colours.line;
  pen.fillRect(0, height - FOOT, width, 1);
  drawMarks(s, pen);
  pen.font = `11px ${s.font}`;
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  for (const gap of s.strip.gaps) drawGap(s, pen, gap);
}
// One mark for each column of pixels, however many steps fall into it; what is unusual wins.
function drawMarks(s, pen) {
  const { xs, height } = s.strip, { colours } = s.data, { late, failed, parked } = s.index;
  const foot = height - FOOT, apart = s.strip.width / Math.max(1, xs.length), wide = apart > 5 ? 2 : 1;
  let last = -1;
  pen.fillStyle = colours.muted;
  for (let i = 0; i < xs.length; i += 1) {
    const column = Math.round(xs[i]);
    if (column === last) continue;
    last = column;
    const waits = parked !== null && i >= parked;
    pen.globalAlpha = waits ? 0.35 : apart < 3 ? 0.5 : 1; // where marks touch they are an area, and no louder than marks
    pen.fillRect(column - (wide >> 1), waits ? 14 : 8, wide, foot - (waits ? 14 : 8));
  }
  pen.globalAlpha = 1;
  eachColumn(late, xs, (x) => triangle(pen, x, foot, colours.ink));
  eachColumn(failed, xs, (x) => cross(pen, x, foot, colours.failed));
}
// Where they would lie upon each other, one stands for those beside it.
function eachColumn(indices, xs, draw) {
  let last = -9;
  for (const i of indices) if (xs[i] - last >= 9) { last = xs[i]; draw(Math.round(last)); }
}
function triangle(pen, x, foot, colour) {
  pen.strokeStyle = colour;
  pen.beginPath();
  pen.moveTo(x - 4, foot + 10); pen.lineTo(x + 4, foot + 10); pen.lineTo(x, foot + 3.5); pen.closePath();
  pen.stroke();
}
function cross(pen, x, foot, colour) {
  pen.fillStyle = pen.strokeStyle = colour;
  pen.fillRect(x - 1.5, 2, 3, foot - 2);
  pen.lineWidth = 1.6;
  pen.beginPath();
  pen.moveTo(x - 3, foot + 4); pen.lineTo(x + 3, foot + 10); pen.moveTo(x + 3, foot + 4); pen.lineTo(x - 3, foot + 10);
  pen.stroke();
  pen.lineWidth = 1;
}
function drawGap(s, pen, gap) {
  const { height } = s.strip, { colours } = s.data;
  pen.fillStyle = colours.page;
  pen.fillRect(gap.x + 3, 0, GAP - 6, height);
  pen.fillStyle = colours.muted;
  pen.fillText(gap.text, gap.x + GAP / 2, (height - FOOT) / 2 + 3);
}
function followStrip(s) {
  const { track } = s.strip, listen = (name, answer) => track.addEventListener(name, answer, { signal: s.stop.signal });
  const at = (event) => event.clientX - s.strip.left;
  listen("pointerdown", (event) => {
    if (event.button !== 0 || !s.index?.total) return;
    s.strip.left = track.getBoundingClientRect().left;
    s.hand = true;
    clearTimeout(s.timer);
    track.setPointerCapture(event.pointerId);
    s.strip.hand.focus({ preventScroll: true });
    event.preventDefault();
    move(s, nearestStep(s, at(event)));
  });
  listen("pointermove", (event) => { if (s.hand) move(s, nearestStep(s, at(event))); else hover(s, event); });
  listen("pointerup", () => { if (s.hand) { s.hand = false; settle(s, LET_GO); } });
  listen("pointercancel", () => { s.hand = false; restore(s); });
  listen("pointerleave", () => { s.strip.bubble.hidden = true; });
  s.strip.sized = new ResizeObserver(() => resizedStrip(s));
  s.strip.sized.observe(track);
}
function resizedStrip(s) {
  const { clientWidth: width, clientHeight: height } = s.strip.track;
  if (!width || (width === s.strip.width && height === s.strip.height)) return;
  Object.assign(s.strip, { width, height });
  if (s.index) { layOut(s); later(s); }
}
function hover(s, event) {
  if (!s.index?.total) return;
  const box = s.strip.track.getBoundingClientRect(), index = nearestStep(s, event.clientX - box.left), { bubble } = s.strip;
  bubble.textContent = stepText(s, index);
  bubble.hidden = false;
  const half = bubble.offsetWidth / 2;
  bubble.style.transform = `translateX(${Math.round(clamp(xOf(s, index), half, Math.max(half, box.width - half)) - half)}px)`;
}
