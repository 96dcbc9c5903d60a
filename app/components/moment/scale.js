// Pure arithmetic of the moment bar: times are microseconds since 1970 in UTC, lengths are CSS pixels.
const SECOND = 1e6, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const NARROWEST = 10 * SECOND; // a bar as wide as the page over ten seconds: a pixel is a few milliseconds
const LABEL = 92; // pixels that an axis label needs
const STEPS = [
  SECOND, 5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY,
];
const MONTHS = [1, 3, 6, 12, 24, 60, 120, 600, 1200, 6000]; // steps of months, where fourteen days are too fine

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
function toX(view, width, at) {
  return (at - view.since) / (view.before - view.since) * width;
}
function toTime(view, width, x) {
  const span = view.before - view.since;
  return rounded(view.since + clamp(x / width, 0, 1) * span, span / width);
}
// A pixel stands for many moments: the roundest one of them makes a link that can be read.
function rounded(at, pixel) {
  const unit = [HOUR, MINUTE, SECOND, 1000].find((one) => one <= pixel) || 1;
  return Math.round(at / unit) * unit;
}
function zoomed(view, whole, centre, factor) {
  const span = clamp((view.before - view.since) * factor, NARROWEST, whole.before - whole.since);
  const share = clamp((centre - view.since) / (view.before - view.since), 0, 1);
  return within({ since: Math.round(centre - span * share), before: Math.round(centre + span * (1 - share)) }, whole);
}
// The view moved into the whole, as wide as it is.
function within(view, whole) {
  const span = Math.min(view.before - view.since, whole.before - whole.since);
  const since = clamp(view.since, whole.since, whole.before - span);
  return { since, before: since + span };
}
// The view moved just so far that the time lies in it, with some room around it; the same view where it does already.
function revealing(view, whole, at) {
  if (at >= view.since && at <= view.before) return view;
  const half = (view.before - view.since) / 2;
  return within({ since: Math.round(at - half), before: Math.round(at + half) }, whole);
}
function sameView(one, other) {
  return one.since === other.since && one.before === other.before;
}
function ticks(view, width) {
  const most = Math.max(1, width / LABEL), span = view.before - view.since;
  const step = STEPS.find((one) => span / one <= most);
  return step ? evenTicks(view, step) : monthTicks(view, MONTHS.find((one) => span / (one * 30 * DAY) <= most) || MONTHS.at(-1));
}
function evenTicks(view, step) {
  const found = [];
  for (let at = Math.ceil(view.since / step) * step; at < view.before; at += step) {
    found.push({ at, step, strong: step < DAY && at % DAY === 0 });
  }
  return found;
}
function monthTicks(view, months) {
  const found = [], start = new Date(view.since / 1000);
  let month = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  for (; ; month += months) {
    const at = Date.UTC(Math.floor(month / 12), month % 12) * 1000;
    if (at >= view.before) return found;
    if (at >= view.since) found.push({ at, step: months * 30 * DAY, strong: months < 12 && month % 12 === 0 });
  }
}
function totals(bars) {
  const sums = new Array(Math.round((bars.before - bars.since) / bars.bucket)).fill(0);
  bars.counts.forEach((row) => row.forEach((events, i) => { sums[i] += events; }));
  return sums;
}
// The way that play takes: each bar with events takes one beat, a gap of empty ones takes one beat together.
function journey(bars, sums, view) {
  const legs = []; // { beat, at, until }: from this beat on, for one beat, from time to time
  sums.forEach((events, i) => {
    const at = bars.since + i * bars.bucket, until = at + bars.bucket, last = legs.at(-1);
    if (until <= view.since || at >= view.before) return;
    if (!events && last && last.idle) last.until = until;
    else legs.push({ at, until, idle: !events });
  });
  return legs;
}
function journeyTime(legs, beat) {
  const leg = legs[clamp(Math.floor(beat), 0, legs.length - 1)];
  return Math.round(leg.at + clamp(beat - legs.indexOf(leg), 0, 1) * (leg.until - leg.at));
}
function journeyBeat(legs, at) {
  const index = legs.findIndex((leg) => at < leg.until);
  if (index < 0) return legs.length;
  const leg = legs[index];
  return index + clamp((at - leg.at) / (leg.until - leg.at), 0, 1);
}
