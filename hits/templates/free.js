// One line in the worker's own words.
widgets.free = function (node, item, changed) {
  const name = node.dataset.question, input = node.querySelector('input');
  const text = () => input.value.trim();
  input.addEventListener('input', changed);
  return {
    get: () => (text() ? { [name]: text() } : {}),
    set(saved) {
      input.value = typeof saved[name] === 'string' ? saved[name] : '';
      changed();
    },
    missing: () => (text() ? '' : node.dataset.missing),
    focus: () => input.focus()
  };
};
