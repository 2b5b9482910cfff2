// What goes to the page around the frame and comes back. A sandboxed frame has no storage of its
// own, so the parent keeps what is entered:
// 'ready' goes up, 'restore' comes down, 'autosave' goes up after every change.
const save = (function () {
  const framed = window.parent !== window && !preview;
  // Where the address does not name the assignment, the host's form says whose work this is.
  const whose = assignment || (host && host.getAttribute('action')) || '';
  let timer = 0, touched = false;

  function now() {
    window.clearTimeout(timer);
    if (!framed || !touched) return;
    clock.tick();
    const state = Object.assign({ assignment: whose, at: steps.at() }, snapshot());
    protocol.kept.forEach((part) => Object.assign(state, part.get()));
    window.parent.postMessage({ konkyo: 'autosave', data: JSON.stringify(state) }, '*');
  }

  function changed() {
    touched = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(now, 400);
  }

  function restore(text) {
    let state = null;
    try {
      state = JSON.parse(text);
    } catch (error) {
      return;
    }
    if (!state || state.v !== 1 || state.study !== page.study || state.assignment !== whose) {
      return;
    }
    putBack(state);
  }

  function putBack(state) {
    const before = state.facts || {};
    for (const saved of state.items) {
      const view = views.find((one) => one.item.id === saved.id);
      if (!view) continue;
      view.ms += saved.ms || 0;
      view.parts.forEach((part) => { if (part.set) part.set(saved); });
    }
    clock.restore(before);
    facts.restores = (before.restores || 0) + 1;
    protocol.kept.forEach((part) => part.set(state));
    if (protocol.gates.length && protocol.stage !== 'debriefing') nextStage(true);
    const at = views[state.at];
    if (at && !needed(at).length) steps.show(state.at, true);
    if (state.at) byId('instructions').open = false;
  }

  window.addEventListener('message', function (event) {
    const message = event.data;
    if (!framed || touched || event.source !== window.parent) return;
    if (!message || message.konkyo !== 'restore' || typeof message.data !== 'string') return;
    restore(message.data);
  });
  document.addEventListener('visibilitychange', () => { if (document.hidden) now(); });
  window.addEventListener('pagehide', now);

  return {
    changed,
    ready() {
      if (window.parent !== window) window.parent.postMessage({ konkyo: 'ready' }, '*');
    }
  };
})();
