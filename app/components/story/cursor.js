// The state at a step, walked there from leaf to leaf: forwards by what each step changed, backwards by what was before.
// A view is a window with the texts of its paths (null: not there) and the steps that made them so.
const EMPTY = { "{}": ".", "[]": "[" }; // what stands between an empty leaf's path and those of what fills it

function begun(window) {
  const texts = new Array(window.paths.length).fill(null), setters = new Array(window.paths.length).fill(-1);
  for (const [id, text, setter] of window.leaves) { texts[id] = text; setters[id] = setter; }
  return { window, at: window.first - 1, texts, setters, moved: true };
}
function applied(view, deltas, setter) {
  for (const [id, text] of deltas) {
    if ((view.texts[id] === null) !== (text === null)) view.moved = true; // other leaves than before
    view.texts[id] = text;
    view.setters[id] = text === null ? -1 : setter;
  }
}
function undone(view, before) {
  for (const [id, text, setter] of before) {
    if ((view.texts[id] === null) !== (text === null)) view.moved = true;
    view.texts[id] = text;
    view.setters[id] = setter;
  }
}
function standing(view, window, index) {
  const now = view && view.window === window ? view : begun(window);
  for (; now.at < index; now.at += 1) applied(now, window.steps[now.at + 1 - window.first][DELTAS], now.at + 1);
  for (; now.at > index; now.at -= 1) undone(now, window.undo[now.at - window.first]);
  return now;
}
// What the step changed: [id, before, after]. An empty leaf that was filled is told by what fills it.
function changesAt(window, index) {
  const step = window.steps[index - window.first], before = window.undo[index - window.first];
  const all = step[DELTAS].map(([id, after], i) => [id, before[i][1], after]);
  const emptied = all.some(([, was, after]) => after === null && EMPTY[was]);
  const came = emptied ? all.filter(([, , after]) => after !== null).map(([id]) => window.paths[id]).sort() : [];
  const filled = ([id, was, after]) => after === null && EMPTY[was] && fills(came, window.paths[id], EMPTY[was]);
  return all.filter((change) => !filled(change)).sort((one, other) => one[0] - other[0]);
}
// Whether one of the sorted paths lies within the path above; looked up, since thousands may be filled at once.
function fills(paths, above, mark) {
  if (above === "(whole)") return paths.some((path) => path.startsWith("[") === (mark === "["));
  const wanted = above + mark;
  let low = 0, high = paths.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (paths[middle] < wanted) low = middle + 1; else high = middle;
  }
  return low < paths.length && paths[low].startsWith(wanted);
}
// What is known of the step that made a leaf what it is: [position, version, type, occurred].
function setterOf(view, setter) {
  const { window } = view;
  if (setter < window.first) return window.setters[setter];
  const step = window.steps[setter - window.first];
  return [step[POSITION], step[VERSION], step[TYPE], step[OCCURRED]];
}
// Whether the step changed the path or something in it.
function touches(window, index, path) {
  return window.steps[index - window.first][DELTAS].some(([id]) => {
    const leaf = window.paths[id];
    return leaf === path || leaf.startsWith(`${path}.`) || leaf.startsWith(`${path}[`);
  });
}
