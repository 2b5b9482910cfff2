// How long the page and each item were in view. A pause counts for at most a minute, so that a
// page left open does not; nothing on the page hurries anybody.
const LONGEST_PAUSE = 60000;
const clock = (function () {
  let active = 0, losses = 0, pastes = 0, last = performance.now();

  function tick() {
    const now = performance.now(), view = protocol.stage === 'items' && views[steps.at()];
    const spent = Math.min(now - last, LONGEST_PAUSE);
    last = now;
    active += spent;
    if (view) view.ms += spent;
  }

  for (const name of ['pointerdown', 'pointermove', 'keydown', 'scroll']) {
    document.addEventListener(name, tick, { passive: true, capture: true });
  }
  document.addEventListener('visibilitychange', function () {
    if (document.hidden) tick();
    else last = performance.now();
  });
  document.addEventListener('paste', function () { pastes += 1; });
  window.addEventListener('blur', function () { losses += 1; });

  return {
    tick,
    facts() {
      return { active_ms: Math.round(active), focus_losses: losses, pastes };
    },
    restore(saved) {
      active += saved.active_ms || 0;
      losses += saved.focus_losses || 0;
      pastes += saved.pastes || 0;
    }
  };
})();
