// Questions on the instructions before the items: two attempts, and why after a wrong one.
(function () {
  const ATTEMPTS = 2, boxes = all(byId('main'), '[data-right]'), said = byId('checks-said');
  // The options chosen at the last attempt.
  let given = [];
  facts.comprehension_attempts = 0;
  facts.comprehension_passed = 0;

  const chosen = () => boxes.map((box) => all(box, 'input').findIndex((input) => input.checked));
  const wrong = (box, i) => given[i] !== Number(box.dataset.right);

  function tell() {
    boxes.forEach((box, i) => { box.querySelector('.verdict-note').hidden = !wrong(box, i); });
    said.textContent = boxes.some(wrong)
      ? 'Please look at the instructions again and change the answers that are pointed out. ' +
        'You have one more attempt.'
      : '';
  }

  function attempt() {
    const now = chosen(), open = now.indexOf(-1);
    if (open >= 0) {
      said.textContent = 'Please answer every question first.';
      boxes[open].querySelector('input').focus();
      return;
    }
    given = now;
    facts.comprehension_attempts += 1;
    facts.comprehension_passed = boxes.some(wrong) ? 0 : 1;
    save.changed();
    tell();
    if (facts.comprehension_passed || facts.comprehension_attempts >= ATTEMPTS) nextStage();
    else all(boxes.find(wrong), 'input').find((input) => input.checked).focus();
  }

  byId('checks').addEventListener('click', attempt);
  protocol.gates.push({
    name: () => (facts.comprehension_attempts < ATTEMPTS ? 'checks' : 'failed'),
    passed: () => facts.comprehension_passed === 1
  });
  protocol.kept.push({
    get: () => ({ checks: given }),
    set(state) {
      restoreFacts(state.facts, ['comprehension_attempts', 'comprehension_passed']);
      if (!Array.isArray(state.checks) || !state.checks.length) return;
      given = state.checks;
      boxes.forEach(function (box, i) {
        const input = all(box, 'input')[given[i]];
        if (input) input.checked = true;
      });
      tell();
    }
  });
})();
