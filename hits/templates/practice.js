// Practice items: answer first, then see the known answer; the first answer is what is kept.
(function () {
  const checked = new Set();

  // A stored value in the words that the page uses for it.
  function words(part, item, name, value) {
    const option = all(part.node, 'input').find(
      (input) => input.name.replace(/-\d+$/, '') === name &&
        [JSON.stringify(value), String(value)].includes(input.value)
    );
    if (value === undefined) return 'none';
    if (option && option.labels.length) return option.labels[0].textContent.trim();
    if (!Array.isArray(value)) return String(value);
    const panel = panelOf(part.node, item), units = panel.tokens || panel.names || [];
    return value.length ? value.map((i) => units[i]).join(', ') : 'nothing';
  }

  const plain = (value) => String(value).trim().toLowerCase();

  // Marks agree more or less; everything else does or does not.
  function verdict(mine, known) {
    if (!Array.isArray(known)) return plain(mine) === plain(known) ? 'This agrees.' : 'This differs.';
    const shared = known.filter((i) => mine.includes(i)).length;
    if (shared === known.length && shared === mine.length) return 'This agrees.';
    return shared + ' of ' + known.length + ' are the same' +
      (mine.length > shared ? ', and you marked ' + (mine.length - shared) + ' more.' : '.');
  }

  // Where marks are of kinds, "marks.KIND" are those of one, and "marks" are all of them.
  const parted = (frozen, name) => (name in frozen ? [name, ''] : name.split(/\.(.*)/));

  function given(frozen, asked, kind) {
    const mine = kind ? (frozen[asked] || {})[kind] || [] : frozen[asked];
    if (!mine || Array.isArray(mine) || typeof mine !== 'object') return mine;
    return [].concat(...Object.values(mine)).sort((a, b) => a - b);
  }

  function line(view, name, known) {
    const [asked, kind = ''] = parted(view.frozen, name), mine = given(view.frozen, asked, kind);
    const own = view.parts.find((part) => part.node.dataset.question === asked);
    const part = own || view.parts.find((one) => one.get);
    const title = own && own.node.querySelector('legend, h3, label'), judged = verdict(mine, known);
    const box = element('div', 'known');
    box.classList.toggle('agrees', judged === 'This agrees.');
    box.append(element('p', 'asked', (title ? title.textContent : asked) + (kind && ' (' + kind + ')')));
    box.append(element('p', '', 'Your answer: ' + words(part, view.item, asked, mine)));
    box.append(element('p', '', 'Known answer: ' + words(part, view.item, asked, known)));
    box.append(element('p', 'judged', judged));
    return box;
  }

  // A mask over a picture has no words.
  function sayable(value) {
    return Array.isArray(value) || typeof value !== 'object';
  }

  function reveal(view, place, button) {
    checked.add(view.item.id);
    freeze(view);
    button.hidden = true;
    place.textContent = '';
    for (const [name, known] of Object.entries(view.item.practice)) {
      if (sayable(known)) place.append(line(view, name, known));
    }
    steps.refresh();
  }

  function check(view, place, button) {
    const open = missing(view).filter((part) => part.node !== place);
    if (open.length) {
      problems([view], 'Answer this first:');
      goTo(open[0]);
      return;
    }
    clearProblems();
    reveal(view, place, button);
    save.changed();
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: 'nearest' });
  }

  protocol.made.push(function (view) {
    if (!view.item.practice) return;
    const place = element('div', 'feedback'), button = element('button', 'primary', 'Check my answer');
    button.type = 'button';
    place.tabIndex = -1;
    place.setAttribute('role', 'group');
    place.setAttribute('aria-label', 'The known answer');
    view.root.querySelector('[data-heading]').after(
      element('p', 'hint', 'For practice: answer, then see the known answer. Your first answer is kept.')
    );
    view.root.append(button, place);
    view.parts.push({
      node: place,
      missing: () => (checked.has(view.item.id) ? '' : 'check your answer'),
      focus: () => button.focus()
    });
    view.reveal = () => reveal(view, place, button);
    button.addEventListener('click', () => check(view, place, button));
  });
  protocol.needs.push((to) => views.filter(
    (view) => view.item.practice && view.position < to.position && missing(view).length
  ));
  protocol.kept.push({
    get: () => ({ checked: Array.from(checked) }),
    set(state) {
      views.forEach(function (view) {
        if (view.reveal && (state.checked || []).includes(view.item.id)) view.reveal();
      });
    }
  });
})();
