// Mark the words that justify an answer, or say that there are none. What is marked as one is a
// unit: a word, or a sentence where the panel has those. A unit is of one kind at most.
widgets.mark = function (node, item, changed) {
  const find = (name) => node.querySelector('[data-' + name + ']');
  const box = node.querySelector('.words'), panel = panelOf(node, item), starts = panel.sentences;
  const made = renderWords(box, panel), nodes = starts ? made.sentences : made.words;
  const unitOf = made.words.map((word, i) => (starts ? nodes.indexOf(word.closest('.sentence')) : i));
  const noun = starts ? 'sentence' : 'word', name = node.dataset.question, kinds = kindsOf(node);
  const count = find('count'), none = find('nothing'), undo = find('undo'), clear = find('clear');
  const state = markState(function () {
    paint();
    changed();
  });
  const draw = markDrawing(made, nodes, unitOf, state, spoken);
  let here = 0, anchor = 0;

  const cursor = {
    at: () => here,
    anchor: () => anchor,
    setAnchor(u) { anchor = u; },
    move(u, quietly) {
      delete nodes[here].dataset.here;
      here = u;
      nodes[here].dataset.here = '';
      box.setAttribute('aria-activedescendant', nodes[here].id);
      if (!quietly) nodes[here].scrollIntoView({ block: 'nearest' });
    },
    // A mark that begins at a unit of the kind in hand takes away, else it adds.
    adds: (u) => state.kind(u) !== kinds.pen(),
    paint(before, a, b, on) { state.paint(before, a, b, on, kinds.pen()); },
    toggle(u) {
      const before = state.copy();
      cursor.move(u, true);
      anchor = u;
      cursor.paint(before, u, u, cursor.adds(u));
      state.commit(before);
      say((starts ? 'Sentence ' + (u + 1) : nodes[u].textContent) + spoken(state.kind(u)));
    }
  };

  function spoken(kind) {
    if (kind === undefined) return ', not marked';
    return ', marked' + (kinds.names.length ? ' as ' + kinds.names[kind] : '');
  }

  function paint() {
    const size = state.size();
    draw(kinds.names.length);
    count.textContent = size + ' ' + noun + (size === 1 ? '' : 's') + ' marked';
    none.checked = state.nothing();
    undo.disabled = !state.canUndo();
    clear.disabled = size === 0;
  }

  function act(next) {
    const before = state.copy();
    state.put(next);
    state.commit(before);
    pointer.hide();
  }

  function takeBack() {
    state.undo();
    pointer.hide();
    say('Undone. ' + count.textContent);
  }

  function tokens(kind) {
    return Array.from(unitOf.keys()).filter((i) => state.kind(unitOf[i]) === kind);
  }

  nodes.forEach(function (unit, u) {
    unit.setAttribute('role', 'option');
    unit.id = box.getAttribute('aria-labelledby') + '-' + u;
  });
  const pointer = markPointer(box, nodes, unitOf, state, cursor);
  markKeys(box, nodes, state, cursor);
  undo.addEventListener('click', takeBack);
  clear.addEventListener('click', () => act({ marks: [], nothing: false }));
  none.addEventListener('change', () => act({ marks: [], nothing: none.checked }));
  undoKey(node, takeBack);

  cursor.move(0, true);
  paint();
  return {
    get: () => ({ [name]: packMarks(kinds.names, tokens), nothing: state.nothing() }),
    set(saved) {
      const marks = unpackMarks(kinds.names, saved[name], unitOf);
      state.put({ marks, nothing: saved.nothing === true });
    },
    missing: () => (state.size() || state.nothing() ? '' : node.dataset.missing),
    focus: () => box.focus()
  };
};
