// What the bar asks over HTTP, beside Streamlit: bars of a window, steps beside a moment. Each answer is kept.
const MOST_BARS = 600; // the server gives no more
const BAR_WIDTH = 3; // pixels: finer bars cannot be told apart
const KEPT_ANSWERS = 60;
const answers = new Map();

function asked(url) {
  if (!answers.has(url)) {
    answers.set(url, fetch(url).then((answer) => {
      if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
      return answer.json();
    }));
    answers.get(url).catch(() => answers.delete(url)); // the next one asks again
    if (answers.size > KEPT_ANSWERS) answers.delete(answers.keys().next().value);
  }
  return answers.get(url);
}
// `head` is in the address, so that an answer holds for good; the server's ETag spares what a reload asks again.
function barsUrl(data, view, width) {
  const buckets = clamp(Math.round(width / BAR_WIDTH), 1, MOST_BARS);
  return `${data.base}/bar?since=${view.since}&before=${view.before}&buckets=${buckets}&head=${data.head}`;
}
// A little more than what is in view is not asked: zooming asks anew, and until the answer is there the old bars stretch.
async function bars(data, view, width) {
  const found = await asked(barsUrl(data, view, width));
  return { ...found, sums: totals(found) };
}
function nearUrl(data, mode, from) {
  const known = data.known === null ? data.head : data.known;
  if (mode === "knew") return `${data.base}/near?known=${from}&head=${data.head}`;
  return `${data.base}/near?at=${from}&known=${known}&k=${encodeURIComponent(data.key)}&head=${data.head}`;
}
// The next step in a direction: [time, position, what it is]; undefined where there is none. Steps come fifty at a time.
const walks = new Map();
async function nextStep(data, mode, from, direction) {
  const kind = nearUrl(data, mode, "");
  const ladder = walks.get(kind) || [];
  const place = mode === "knew" ? 1 : 0;
  const held = ladder.find((walk) => from >= walk.low && from <= walk.high && beyond(walk.steps, place, from, direction));
  if (held) return beyond(held.steps, place, from, direction);
  const near = await asked(nearUrl(data, mode, from));
  const steps = [...near.before].reverse().concat(near.after);
  const walk = { steps, low: near.before.at(-1)?.[place] ?? from, high: near.after.at(-1)?.[place] ?? from };
  walks.clear(); // one walk at a time: another moment, key or log begins anew
  walks.set(kind, [...ladder.slice(-4), walk]);
  return beyond(steps, place, from, direction);
}
function beyond(steps, place, from, direction) {
  return direction > 0 ? steps.find((step) => step[place] > from) : steps.findLast((step) => step[place] < from);
}
