// The canvas: bars are drawn once for a window, in full and pale; a frame lays the two side by side at the moment.
const AXIS = 17; // pixels under the bars
const TOP = 6; // pixels above the highest bar, for the handle's grip
const PALE = 0.3;

function layer(width, height, ratio) {
  const made = document.createElement("canvas");
  made.width = Math.max(1, Math.round(width * ratio));
  made.height = Math.max(1, Math.round(height * ratio));
  const pen = made.getContext("2d");
  pen.scale(ratio, ratio);
  return { canvas: made, pen };
}
function drawBars(pen, s, alpha) {
  const { bars, view, width, height } = s, foot = height - AXIS;
  const inView = bars.sums.filter((_, i) => touches(bars, i, view));
  const highest = Math.max(1, ...inView), room = foot - TOP;
  const step = toX(view, width, bars.since + bars.bucket) - toX(view, width, bars.since);
  const wide = Math.max(1, step - (step > 3 ? 1 : 0));
  pen.globalAlpha = alpha;
  const base = new Array(bars.sums.length).fill(foot);
  for (const name of stacked(s)) {
    pen.fillStyle = s.hues.get(name) || s.data.colours.muted;
    const row = bars.counts[bars.values.indexOf(name)];
    row.forEach((events, i) => {
      if (!events || !touches(bars, i, view)) return;
      const tall = Math.max(events / highest * room, base[i] === foot ? 2 : 0.5); // one event of a million is seen too
      base[i] -= tall;
      pen.fillRect(toX(view, width, bars.since + i * bars.bucket), base[i], wide, tall);
    });
  }
  pen.globalAlpha = 1;
}
function touches(bars, i, view) {
  const at = bars.since + i * bars.bucket;
  return at < view.before && at + bars.bucket > view.since;
}
// In the order of the legend, those that it does not know last.
function stacked(s) {
  const known = [...s.hues.keys()].filter((name) => s.bars.values.includes(name));
  return [...known, ...s.bars.values.filter((name) => !s.hues.has(name))];
}
function drawAxis(pen, s) {
  const { view, width, height, data } = s, foot = height - AXIS;
  pen.fillStyle = data.colours.line;
  pen.fillRect(0, foot, width, 1);
  pen.font = `11px ${s.font}`;
  pen.textBaseline = "middle";
  ticks(view, width).forEach((tick, i) => {
    const x = Math.round(toX(view, width, tick.at));
    const text = tickText(tick, i === 0);
    pen.fillStyle = data.colours.line;
    pen.fillRect(x, foot, 1, 4);
    if (x + 4 + pen.measureText(text).width > width) return; // never cut
    pen.fillStyle = tick.strong || i === 0 ? data.colours.ink : data.colours.muted;
    pen.fillText(text, x + 4, foot + 10);
  });
}
function hatching(pen, colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const ink = tile.getContext("2d");
  ink.strokeStyle = colour;
  ink.globalAlpha = 0.55;
  ink.beginPath();
  ink.moveTo(-1, 7); ink.lineTo(7, -1);
  ink.stroke();
  return pen.createPattern(tile, "repeat");
}
// The two layers: what is there, and the same pale, on which what lies beyond the moment is shown.
function redraw(s) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  s.canvas.width = Math.round(s.width * ratio);
  s.canvas.height = Math.round(s.height * ratio);
  s.ratio = ratio;
  s.full = layer(s.width, s.height, ratio);
  s.pale = layer(s.width, s.height, ratio);
  if (s.bars) { drawBars(s.full.pen, s, 1); drawBars(s.pale.pen, s, PALE); }
  drawAxis(s.full.pen, s); drawAxis(s.pale.pen, s);
  s.hatch = hatching(s.canvas.getContext("2d"), s.data.colours.muted);
}
function part(pen, image, from, to, height, ratio) {
  if (to <= from) return;
  const left = Math.round(from * ratio), wide = Math.round(to * ratio) - left, tall = Math.round(height * ratio);
  if (wide > 0) pen.drawImage(image, left, 0, wide, tall, left, 0, wide, tall);
}
// One frame: two copies of images and at most two rectangles, whatever the number of events.
function paint(s) {
  const pen = s.canvas.getContext("2d"), { width, height, ratio } = s;
  const at = clamp(toX(s.view, width, s.shown.at), 0, width), hidden = clamp(toX(s.view, width, s.shown.hidden), 0, width);
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, s.canvas.width, s.canvas.height);
  part(pen, s.full.canvas, 0, Math.min(at, hidden), height, ratio);
  part(pen, s.pale.canvas, Math.min(at, hidden), width, height, ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (hidden < width) { pen.fillStyle = s.hatch; pen.fillRect(hidden, 0, width - hidden, height - AXIS); }
  if (s.brush) brushed(pen, s);
}
function brushed(pen, s) {
  const [from, to] = s.brush.map((at) => clamp(toX(s.view, s.width, at), 0, s.width)).sort((a, b) => a - b);
  pen.fillStyle = s.data.colours.accent;
  pen.globalAlpha = 0.18;
  pen.fillRect(from, 0, to - from, s.height);
  pen.globalAlpha = 1;
  pen.fillRect(from, 0, 1, s.height); pen.fillRect(to - 1, 0, 1, s.height);
}
