// Times as people read them, the same as app/formats.py writes them: always UTC.
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

function date(at) {
  return new Date(Math.floor(at / 1000));
}
function clockTime(at) {
  return date(at).toISOString().slice(11, 23);
}
function dayName(at) {
  const d = date(at);
  return `${DAYS[d.getUTCDay()]} ${d.getUTCDate()} ${MONTH[d.getUTCMonth()]} ${d.getUTCFullYear()}`;
}
function fullTime(at) {
  return `${dayName(at)} ${clockTime(at)} UTC`;
}
// What a clock on the wall shows where the browser is, with its distance from UTC: for tooltips, made when one is wanted.
function localTime(at) {
  const zoned = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "longOffset" };
  return `${new Intl.DateTimeFormat("en-GB", zoned).format(date(at))} where you are`;
}
function isoTime(at) {
  return `${date(at).toISOString().slice(0, 19)}.${String(((at % 1e6) + 1e6) % 1e6).padStart(6, "0")}Z`;
}
function duration(micros, most = 2) {
  let seconds = Math.floor(micros / 1e6);
  if (seconds < 1) return `${Math.floor(micros / 1000)} ms`;
  const parts = UNITS.map(([size, unit]) => {
    const amount = Math.floor(seconds / size);
    seconds -= amount * size;
    return [amount, unit];
  });
  const first = parts.findIndex(([amount]) => amount);
  return parts.slice(first, first + most).filter(([amount]) => amount).map(([amount, unit]) => `${amount} ${unit}`).join(" ");
}
function ago(at, now) {
  return at > now ? `in ${duration(at - now, 1)}` : `${duration(now - at, 1)} ago`; // beside a whole time: one unit is enough
}
const NUMBER = new Intl.NumberFormat("en-US"); // made once: looking it up costs more than all else in a row
function count(number) {
  return NUMBER.format(number);
}
function events(number) {
  return `${count(number)} ${number === 1 ? "event" : "events"}`;
}
// What an axis says at a tick: the day where a day begins, also at the first tick, since nothing else tells the day.
function tickText(tick, first) {
  const d = date(tick.at), day = `${d.getUTCDate()} ${MONTH[d.getUTCMonth()]}`;
  if (tick.step >= 28 * 86400e6) return tick.step >= 360 * 86400e6 || d.getUTCMonth() === 0 ? `${d.getUTCFullYear()}` : MONTH[d.getUTCMonth()] + (first ? ` ${d.getUTCFullYear()}` : "");
  if (tick.step >= 86400e6) return first ? `${day} ${d.getUTCFullYear()}` : day;
  const time = clockTime(tick.at).slice(0, tick.step < 60e6 ? 8 : 5);
  if (tick.strong) return day;
  return first ? `${day} ${time}` : time;
}
// An attribute, written only where it says something else.
function say(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}
