// Mark the features that justify an answer, or say that there are none. Positions count from 0.
widgets.features = function (node, item, changed) {
  const find = (name) => node.querySelector('[data-' + name + ']');
  const panel = panelOf(node, item), body = node.querySelector('tbody');
  const count = find('count'), none = find('nothing'), undo = find('undo'), clear = find('clear');
  const state = markState(function () {
    paint();
    changed();
  });

  const ticks = panel.names.map(function (name, i) {
    const row = element('tr'), head = element('th'), label = element('label'), tick = element('input');
    tick.type = 'checkbox';
    head.scope = 'row';
    label.append(tick, element('span', '', name));
    head.append(label);
    row.append(head, element('td', '', panel.values[i]));
    // The whole row can be hit; on the name the label does it already.
    row.addEventListener('click', (event) => { if (!label.contains(event.target)) tick.click(); });
    tick.addEventListener('change', function () {
      const before = state.copy();
      state.paint(before, i, i, tick.checked);
      state.commit(before);
      say(name + (tick.checked ? ' marked' : ' not marked'));
    });
    body.append(row);
    return tick;
  });

  function paint() {
    const size = state.size();
    ticks.forEach((tick, i) => { tick.checked = state.has(i); });
    all(body, 'tr').forEach((row, i) => { row.classList.toggle('on', state.has(i)); });
    count.textContent = size === 1 ? '1 feature marked' : size + ' features marked';
    none.checked = state.nothing();
    undo.disabled = !state.canUndo();
    clear.disabled = size === 0;
  }

  function act(next) {
    const before = state.copy();
    state.put(next);
    state.commit(before);
  }

  function takeBack() {
    state.undo();
    say('Undone. ' + count.textContent);
  }

  undo.addEventListener('click', takeBack);
  clear.addEventListener('click', () => act({ marks: new Set(), nothing: false }));
  none.addEventListener('change', () => act({ marks: new Set(), nothing: none.checked }));
  document.addEventListener('keydown', function (event) {
    const asked = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z';
    if (!asked || node.closest('[hidden]')) return;
    event.preventDefault();
    takeBack();
  });
  paint();
  return {
    get: () => ({ [node.dataset.question]: state.list(), nothing: state.nothing() }),
    set(saved) {
      const kept = (saved[node.dataset.question] || []).filter((i) => Number.isInteger(i) && i in ticks);
      state.put({ marks: new Set(kept), nothing: saved.nothing === true });
    },
    missing: () => (state.size() || state.nothing() ? '' : node.dataset.missing),
    focus: () => ticks[0].focus()
  };
};
