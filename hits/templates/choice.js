// One of several options. Radio buttons of one name group themselves, inside a form or not.
widgets.choice = function (node, item, changed) {
  const name = node.dataset.question;
  const inputs = all(node, '[type=radio]');
  const chosen = () => inputs.find((input) => input.checked);
  node.addEventListener('change', changed);
  return {
    get() {
      return chosen() ? { [name]: JSON.parse(chosen().value) } : {};
    },
    set(saved) {
      inputs.forEach((input) => { input.checked = JSON.parse(input.value) === saved[name]; });
      changed();
    },
    missing() {
      return chosen() ? '' : node.dataset.missing;
    },
    focus() {
      (chosen() || inputs[0]).focus();
    }
  };
};
