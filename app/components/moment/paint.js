// The canvas: bars are drawn once for a window. A frame only moves what lies over them: a veil over what is beyond the
// moment, hatching over what was not known, and what is brushed.
const AXIS = 17; // pixels under the bars, as in the style sheet
const TOP = 6; // pixels above the highest bar, for the handle's grip

function drawBars(pen, s) {
  const { bars, view, width, height } = s, foot = height - AXIS;
  const inView = bars.sums.filter((_, i) => touches(bars, i, view));
  const highest = Math.max(1, ...inView), room = foot - TOP;
  const step = toX(view, width, bars.since + bars.bucket) - toX(view, width, bars.since);
  const wide = Math.max(1, step - (step > 3 ? 1 : 0));
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
function redraw(s) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  s.canvas.width = Math.max(1, Math.round(s.width * ratio));
  s.canvas.height = Math.max(1, Math.round(s.height * ratio));
  const pen = s.canvas.getContext("2d");
  pen.scale(ratio, ratio);
  if (s.bars) drawBars(pen, s);
  drawAxis(pen, s);
}
// One frame: edges of at most three rectangles, whatever the number of events.
function paint(s) {
  const x = (time) => clamp(toX(s.view, s.width, time), 0, s.width), hidden = x(s.shown.hidden);
  reach(s.veil, Math.min(x(s.shown.at), hidden), s.width);
  reach(s.unknown, hidden, s.width);
  const [from, to] = s.brush ? s.brush.map(x).sort((a, b) => a - b) : [0, 0];
  reach(s.brushed, from, to);
}
function reach(element, from, to) {
  const left = `${Math.round(from)}px`, width = `${Math.round(to) - Math.round(from)}px`;
  if (element.style.left !== left) element.style.left = left;
  if (element.style.width !== width) element.style.width = width;
}
