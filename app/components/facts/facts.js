// A heading and what is known of one thing, label by label; all text verbatim (textContent only).
const drawn = new WeakMap();

function badge(spec) {
  const made = spec.href ? anchor(spec.href, "badge", "") : el("span", "badge");
  made.style.setProperty("--tone", spec.tone);
  made.append(el("span", "icon", spec.icon), spec.text);
  return made;
}

function head(data) {
  const made = el("div", "head");
  const title = el(data.level || "h2", data.mono ? "mono" : "", data.title);
  if (data.dot) { const dot = el("span", "dot"); dot.style.background = data.dot; title.prepend(dot); }
  made.append(title);
  (data.badges || []).forEach((spec) => made.append(badge(spec)));
  if (data.note) { const note = el("span", "note", data.note); note.title = data.hint || ""; made.append(note); }
  const links = el("span", "links");
  (data.links || []).forEach((l) => links.append(anchor(l.href, "button", l.text)));
  (data.downloads || []).forEach((l) => { const file = el("a", "button", l.text); file.href = l.href; file.download = ""; links.append(file); });
  if (data.report) links.append(handOn(data.report));
  if (links.childNodes.length) made.append(links);
  return made;
}

function copies(className, said, textOf) {
  const made = el("button", className, said);
  made.type = "button";
  made.addEventListener("click", async () => {
    await navigator.clipboard.writeText(textOf());
    made.textContent = "copied";
    setTimeout(() => { made.textContent = said; }, 1200);
  });
  return made;
}
function copy(text) {
  const made = copies("copy", "copy", () => text);
  made.title = `Copy ${text}`;
  return made;
}
// What is told to somebody else, with the link to what is seen here.
function handOn(report) {
  const made = copies("button", "Copy report", () => `${report.text}\n${new URL(report.href, location.href).href}\n`);
  made.title = report.text;
  return made;
}

function fact(item) {
  const dd = el("dd", item.mono ? "mono" : "");
  if (item.dot) { const dot = el("span", "dot"); dot.style.background = item.dot; dd.append(dot); }
  dd.append(item.href ? anchor(item.href, "to", item.value) : el("span", "value", item.value));
  if (item.note) dd.append(el("span", "note", item.note));
  if (item.copy) dd.append(copy(item.copy));
  dd.title = item.title || item.value;
  return [el("dt", "", item.label), dd];
}

function draw(root, data) {
  const box = root.querySelector(".facts");
  box.className = `facts ${data.look || ""}`;
  const parts = data.title ? [head(data)] : [];
  if (data.text) parts.push(el("p", "", data.text));
  if (data.items && data.items.length) {
    const dl = el("dl");
    data.items.forEach((item) => { const pair = el("div"); pair.append(...fact(item)); dl.append(pair); });
    parts.push(dl);
  }
  (data.commands || []).forEach((command) => {
    const line = el("div", "command");
    line.append(el("code", "", command), copy(command));
    parts.push(line);
  });
  box.replaceChildren(...parts);
}

export default function ({ data, parentElement: root }) {
  const text = JSON.stringify(data);
  if (drawn.get(root) !== text) { drawn.set(root, text); draw(root, data); }
}
