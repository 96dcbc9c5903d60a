// The events of the story, one a row, with a line where a day begins. A row that is not there yet has its time.
function pastRow(slot) {
  const element = el("div", "row step"), part = (name) => { const made = el("span", name); element.append(made); return made; };
  element.id = `step-${slot}`;
  const row = { element, version: part("version"), icon: part("icon"), type: part("type"), marks: part("marks"), time: part("time"), gap: part("gap") };
  row.icon.setAttribute("aria-hidden", "true");
  return row;
}
// Rows are steps and days: the row of a step is behind as many lines as days have begun.
function rowOf(s, index) {
  return index + countUpTo(s.index.days, index);
}
function stepOf(s, place) {
  const { days } = s.index;
  let low = 0, high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle] + middle <= place) low = middle + 1; else high = middle;
  }
  return { day: days[low - 1] + low - 1 === place, index: place - low, first: days[low - 1] };
}
function fillPast(s, row, place) {
  const { day, index, first } = stepOf(s, place), { element } = row;
  put(row, "kind", day, () => { element.classList.toggle("day", day); element.classList.toggle("step", !day); });
  if (day) return fillDay(s, row, first);
  const step = stepAt(s.shelf, index);
  put(row, "index", index, () => {
    element.dataset.step = index;
    element.setAttribute("role", "option");
    element.removeAttribute("aria-hidden");
    element.setAttribute("aria-setsize", s.index.total);
    element.setAttribute("aria-posinset", index + 1);
    write(row.time, clockTime(s.index.times[index]).slice(0, 8));
    write(row.gap, index ? `+${duration(s.index.times[index] - s.index.times[index - 1], s.wide ? 2 : 1)}` : "");
  });
  const chosen = index === s.at, beyond = index > s.bound;
  put(row, "chosen", chosen, () => { element.classList.toggle("chosen", chosen); element.setAttribute("aria-selected", chosen); });
  put(row, "beyond", beyond, () => { element.classList.toggle("beyond", beyond); element.setAttribute("aria-disabled", beyond); });
  put(row, "told", step, () => fillStep(s, row, index, step));
}
function fillDay(s, row, first) {
  put(row, "index", `day ${first}`, () => {
    const { element } = row;
    element.removeAttribute("role");
    element.removeAttribute("data-step");
    element.setAttribute("aria-hidden", "true"); // each step's name says its day
    element.classList.remove("chosen", "beyond", "parked");
    row.was = { used: true, kind: true, index: `day ${first}` };
    row.type.replaceChildren(dayName(s.index.times[first]));
    for (const part of [row.version, row.icon, row.time, row.gap]) write(part, "");
    row.marks.replaceChildren();
  });
}
function fillStep(s, row, index, step) {
  const { element } = row, failed = s.index.failed.has(index);
  const marks = step ? marksOf(s, index, step) : [];
  const look = step ? meaning(s.data.tones, failed ? "failed" : step[TYPE]) : ["", ""];
  write(row.version, step ? step[VERSION] : "");
  put(row, "look", look, () => { write(row.icon, look[0]); row.icon.style.color = look[1]; });
  put(row, "type", step ? named(step[TYPE]) : "…", (name) => row.type.replaceChildren(...breaking(name)));
  row.type.classList.toggle("long", Boolean(step) && step[TYPE].length + marks.length * 7 > (s.wide ? 24 : 18));
  put(row, "marks", marks.join(), () => row.marks.replaceChildren(...marks.map((mark) => el("span", `mark ${mark === "refused" ? "bad" : ""}`, mark))));
  element.classList.toggle("parked", s.index.parked !== null && index >= s.index.parked && !failed);
  element.setAttribute("aria-label", [stepText(s, index), ...marks].join(", "));
}
function marksOf(s, index, step) {
  const found = [];
  if (s.index.failed.has(index)) found.push("refused");
  else if (step[FLAGS] & PARKED) found.push("parked");
  if (step[FLAGS] & LATE) found.push("late");
  if (step[FLAGS] & CORRECTED) found.push("corrected");
  return found;
}
// A name of words without spaces may break between them.
function breaking(name) {
  const parts = name.split(/(?<=\p{Ll})(?=\p{Lu})|(?<=[._])/u);
  return parts.flatMap((part, i) => (i ? [el("wbr"), part] : [part]));
}
function stepText(s, index) {
  const step = stepAt(s.shelf, index), at = s.index.times[index];
  const type = step ? `, ${named(step[TYPE])}` : "";
  const beyond = index > s.bound ? ", beyond this moment" : "";
  return `event ${count(index + 1)} of ${count(Math.max(s.bound + 1, index + 1))}${type}, ${dayName(at)} ${clockTime(at)} UTC${beyond}`;
}
function stepTitle(s, index) {
  const step = stepAt(s.shelf, index);
  if (!step) return fullTime(s.index.times[index]);
  const lines = [`${named(step[TYPE])} #${step[VERSION]}, position ${count(step[POSITION])}`, fullTime(step[OCCURRED]), localTime(step[OCCURRED]), `recorded ${fullTime(step[RECORDED])}`];
  if (index) lines.push(`${duration(step[OCCURRED] - s.index.times[index - 1])} after the event before it`);
  if (step[ERROR]) lines.push(visible(step[ERROR]));
  if (index > s.bound) lines.push("beyond this moment");
  return lines.join("\n");
}
function followPast(s) {
  const { box } = s.past, listen = (name, answer) => box.addEventListener(name, answer, { signal: s.stop.signal });
  const of = (event) => { const row = s.index && event.target.closest("[data-step]"); return row ? Number(row.dataset.step) : null; };
  listen("click", (event) => {
    const index = of(event);
    if (index === null || index > s.bound) return;
    move(s, index, { stay: true });
    settle(s, LET_GO);
  });
  listen("mouseover", (event) => { const index = of(event); if (index !== null) event.target.closest("[data-step]").title = stepTitle(s, index); });
  s.past.scrolled = () => { if (s.index) gather(s); };
}
