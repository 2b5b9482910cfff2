// Mark the words that justify an answer, or say that there are none.
widgets.mark = function (node, item, changed) {
  const box = node.querySelector('.words');
  const made = renderWords(box, panelOf(node, item)), words = made.words;
  const count = node.querySelector('[data-count]'), none = node.querySelector('[data-nothing]');
  const undo = node.querySelector('[data-undo]'), clear = node.querySelector('[data-clear]');
  const state = markState(function () {
    paint();
    changed();
  });
  let here = 0, anchor = 0;

  const cursor = {
    at: () => here,
    anchor: () => anchor,
    setAnchor(i) { anchor = i; },
    move(i, quietly) {
      words[here].classList.remove('here');
      here = i;
      words[here].classList.add('here');
      box.setAttribute('aria-activedescendant', words[here].id);
      if (!quietly) words[here].scrollIntoView({ block: 'nearest' });
    },
    toggle(i) {
      const before = state.copy();
      cursor.move(i, true);
      anchor = i;
      state.paint(before, i, i, !state.has(i));
      state.commit(before);
      say(words[i].textContent + (state.has(i) ? ' marked' : ' not marked'));
    }
  };

  function paint() {
    words.forEach(function (word, i) {
      const on = state.has(i);
      word.classList.toggle('on', on);
      word.setAttribute('aria-selected', on);
      made.gaps[i].classList.toggle('on', on && state.has(i - 1));
      word.classList.toggle('from', on && !state.has(i - 1));
      word.classList.toggle('to', on && !state.has(i + 1));
    });
    const size = state.size();
    count.textContent = size === 1 ? '1 word marked' : size + ' words marked';
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

  words.forEach(function (word, i) {
    word.setAttribute('role', 'option');
    word.id = box.getAttribute('aria-labelledby') + '-' + i;
  });
  const pointer = markPointer(box, state, cursor);
  markKeys(box, words, state, cursor);
  undo.addEventListener('click', takeBack);
  clear.addEventListener('click', () => act({ marks: new Set(), nothing: false }));
  none.addEventListener('change', () => act({ marks: new Set(), nothing: none.checked }));
  document.addEventListener('keydown', function (event) {
    const asked = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z';
    if (!asked || node.closest('[hidden], [inert]')) return;
    event.preventDefault();
    takeBack();
  });

  cursor.move(0, true);
  paint();
  return {
    get: () => ({ [node.dataset.question]: state.list(), nothing: state.nothing() }),
    set(saved) {
      const kept = (saved[node.dataset.question] || []).filter((i) => Number.isInteger(i) && i in words);
      state.put({ marks: new Set(kept), nothing: saved.nothing === true });
    },
    missing: () => (state.size() || state.nothing() ? '' : node.dataset.missing),
    focus: () => box.focus()
  };
};
