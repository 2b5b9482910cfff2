// What stands before the items and after them: one stage of the page is in view at a time.
function enterStage(name, quietly) {
  clock.tick();
  protocol.stage = name;
  const shown = all(byId('main'), '[data-stages]').filter(function (node) {
    node.hidden = !node.dataset.stages.split(' ').includes(name);
    return !node.hidden;
  });
  steps.refresh();
  if (quietly) return;
  const lead = shown.map((node) => node.querySelector('[data-lead]')).find((node) => node);
  (lead || byId('main').querySelector('h1')).focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

// The first gate that is not passed yet, or the items.
function nextStage(quietly) {
  const gate = protocol.gates.find((one) => !one.passed());
  enterStage(gate ? gate.name() : 'items', quietly);
}

// Facts that a gate recorded come back, if they are what a gate could have recorded.
function restoreFacts(saved, names) {
  for (const name of names) {
    if (saved && Number.isInteger(saved[name])) facts[name] = saved[name];
  }
}
