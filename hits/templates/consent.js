// The page begins with what taking part means; Begin leads on once the box is ticked.
(function () {
  const box = byId('agree'), first = byId('agree-first');
  byId('begin').addEventListener('click', function () {
    if (!box.checked) {
      first.textContent = 'Please tick the box if you agree. If you do not, return the task: ' +
        'that has no disadvantage for you.';
      box.focus();
      return;
    }
    clock.tick();
    facts.consented_ms = clock.facts().active_ms;
    save.changed();
    nextStage();
  });
  box.addEventListener('change', () => { first.textContent = ''; });
  protocol.gates.push({ name: () => 'consent', passed: () => 'consented_ms' in facts });
  protocol.kept.push({
    get: () => ({}),
    set(state) { restoreFacts(state.facts, ['consented_ms']); }
  });
})();
