// Play: the hand walks from bar to bar, gaps without events take one beat. Local until it is paused.
const TOUR = 40; // seconds that a full window takes at speed 1
const SLOWEST = 2; // beats a second
const LONGEST_FRAME = 100; // milliseconds: a tab that slept does not jump

function play(s) {
  if (s.playing || !s.bars) return;
  const legs = journey(s.bars, s.bars.sums, s.view);
  if (!legs.length) return;
  const from = journeyBeat(legs, handAt(s));
  s.playing = { legs, beat: from >= legs.length - 0.01 ? 0 : from, last: null, rested: 0 };
  s.playing.frame = requestAnimationFrame((now) => beat(s, now));
  toldPlaying(s);
}
function pause(s) {
  if (!s.playing) return;
  cancelAnimationFrame(s.playing.frame);
  s.playing = null;
  toldPlaying(s);
  settle(s, 0);
}
function toldPlaying(s) {
  const button = s.root.querySelector("[data-act=play]"), word = s.playing ? "Pause" : "Play";
  button.textContent = s.playing ? "❚❚" : "▶";
  button.setAttribute("aria-label", `${word} (Space)`);
  button.title = `${word} (Space)`;
}
function beat(s, now) {
  const run = s.playing;
  if (!run) return;
  const passed = run.last === null ? 0 : Math.min(now - run.last, LONGEST_FRAME);
  run.last = now;
  run.beat += passed / 1000 * Math.max(SLOWEST, run.legs.length / TOUR) * s.speed;
  const calm = s.calm.matches ? Math.floor(run.beat) : run.beat; // reduced motion: from bar to bar, no gliding
  if (run.beat >= run.legs.length) { move(s, own(s), run.legs.at(-1).until); later(s); pause(s); return; }
  move(s, own(s), journeyTime(run.legs, calm));
  later(s);
  run.frame = requestAnimationFrame((next) => beat(s, next));
}
