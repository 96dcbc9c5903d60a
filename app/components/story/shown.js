// How texts of events and states are shown: verbatim, with what cannot be seen as escapes, the same as app/payload.py.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const IN_ROW = 240; // characters of a value that a row writes; what is behind them cannot be seen in it
const LONG = 60; // characters from which on a value can be opened
const OPENED = 100_000; // characters that an opened value shows at once

function visible(text) {
  return text.replace(UNSEEN, (found) => (found === "\n" ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`));
}
function inRow(text) {
  return visible(text.length > IN_ROW ? `${text.slice(0, IN_ROW)}…` : text);
}
function named(type) {
  return visible(type.length > 120 ? `${type.slice(0, 120)}…` : type).replaceAll("\n", "\\n");
}
// The icon and colour of what a type or a status means, by its last word, the same as app/theme.py.
const meanings = new Map();
function meaning(tones, said) {
  if (!meanings.has(said)) {
    const words = said.slice(-200).replace(/\p{Lu}/gu, " $&").replaceAll("_", " ").trim().split(/\s+/);
    if (meanings.size > 2000) meanings.clear();
    meanings.set(said, words.at(-1).toLowerCase());
  }
  const word = meanings.get(said);
  return Object.hasOwn(tones.words, word) ? tones.looks[tones.words[word]] : tones.looks.unknown;
}
