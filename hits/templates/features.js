// Mark the features that justify an answer, or say that there are none. Positions count from 0.
widgets.features = function (node, item, changed) {
  const find = (name) => node.querySelector('[data-' + name + ']');
  const panel = panelOf(node, item), body = node.querySelector('tbody');
  const count = find('count'), none = find('nothing'), undo = find('undo'), clear = find('clear');
  const kinds = kindsOf(node), named = (i) => (state.has(i) && kinds.names[state.kind(i)]) || '';
  const state = markState(function () {
    paint();
    changed();
  });

  const ticks = panel.names.map(function (name, i) {
    const row = element('tr'), head = element('th'), label = element('label'), tick = element('input');
    tick.type = 'checkbox';
    head.scope = 'row';
    const words = element('span', '', name + ' ');
    words.append(element('b', 'kind'));
    label.append(tick, words);
    head.append(label);
    row.append(head, element('td', '', panel.values[i]));
    // The whole row can be hit; on the name the label does it already.
    row.addEventListener('click', (event) => { if (!label.contains(event.target)) tick.click(); });
    tick.addEventListener('change', function () {
      const before = state.copy();
      // Of another kind it changes its kind, of the one in hand it loses its mark.
      state.paint(before, i, i, state.kind(i) !== kinds.pen(), kinds.pen());
      state.commit(before);
      say(name + (state.has(i) ? ', marked' : ', not marked') + (named(i) && ' as ' + named(i)));
    });
    body.append(row);
    return tick;
  });

  function paint() {
    const size = state.size();
    ticks.forEach((tick, i) => { tick.checked = state.has(i); });
    all(body, 'tr').forEach(function (row, i) {
      row.className = state.has(i) ? 'on k' + state.kind(i) : '';
      row.querySelector('.kind').textContent = named(i);
    });
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

  const ofKind = (kind) => state.list().filter((i) => state.kind(i) === kind);

  function takeBack() {
    state.undo();
    say('Undone. ' + count.textContent);
  }

  undo.addEventListener('click', takeBack);
  clear.addEventListener('click', () => act({ marks: [], nothing: false }));
  none.addEventListener('change', () => act({ marks: [], nothing: none.checked }));
  undoKey(node, takeBack);
  paint();
  return {
    get: () => ({ [node.dataset.question]: packMarks(kinds.names, ofKind), nothing: state.nothing() }),
    set(saved) {
      const marks = unpackMarks(kinds.names, saved[node.dataset.question], Array.from(ticks.keys()));
      state.put({ marks, nothing: saved.nothing === true });
    },
    missing: () => (state.size() || state.nothing() ? '' : node.dataset.missing),
    focus: () => ticks[0].focus()
  };
};
