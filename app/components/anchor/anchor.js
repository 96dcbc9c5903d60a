// A real link that stays in the running session: the address changes by one history entry, and Streamlit, which
// listens to the history, runs the page at the new address. Ctrl, Shift and the middle button open tabs as ever.
function follow(event) {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(event.currentTarget.href);
}
function open(href) {
  if (href === location.href) return;
  history.pushState({}, "", href);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}
function el(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}
function anchor(href, className, text) {
  const made = el("a", className, text);
  made.href = href;
  made.addEventListener("click", follow);
  return made;
}
