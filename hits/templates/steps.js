// One item in view at a time, a numbered button for each, back and next.

function title(view) {
  return byId('items').dataset.noun + ' ' + (view.position + 1);
}

const steps = (function () {
  let current = 0, warned = -1;

  function label(view) {
    const state = missing(view).length ? 'not finished' : 'answered';
    return title(view) + ' of ' + views.length + ', ' + state;
  }

  function refresh() {
    const last = current === views.length - 1;
    all(byId('steps'), 'button').forEach(function (button, position) {
      const done = !missing(views[position]).length;
      button.classList.toggle('done', done);
      button.setAttribute('aria-label', label(views[position]));
      if (position === current) button.setAttribute('aria-current', 'step');
      else button.removeAttribute('aria-current');
    });
    byId('back').hidden = views.length === 1;
    byId('back').disabled = current === 0;
    byId('next').hidden = last;
    byId('submit').hidden = !last;
  }

  function show(position, quietly) {
    clock.tick();
    current = position;
    views.forEach((view) => { view.root.hidden = view.position !== position; });
    refresh();
    if (quietly) return;
    byId('instructions').open = false;
    const heading = views[position].root.querySelector('[data-heading]');
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: 'start' });
  }

  // Where something is still open the first press says so and goes there; the second moves on.
  function next() {
    const open = missing(views[current]);
    if (open.length && warned !== current) {
      warned = current;
      problems([views[current]], 'Still open here (press Next again to leave it for later):');
      goTo(open[0]);
      return;
    }
    clearProblems();
    show(current + 1);
  }

  function build() {
    views.forEach(function (view) {
      const heading = view.root.querySelector('[data-heading]');
      heading.textContent = title(view) + ' of ' + views.length;
      heading.classList.toggle('unseen', views.length === 1);
      const button = element('button', '', view.position + 1);
      button.type = 'button';
      button.addEventListener('click', () => { clearProblems(); show(view.position); });
      const line = element('li');
      line.append(button);
      byId('steps').append(line);
    });
    byId('steps').hidden = views.length === 1;
    byId('back').addEventListener('click', () => { clearProblems(); show(current - 1); });
    byId('next').addEventListener('click', next);
    show(0, true);
  }

  return { at: () => current, show, refresh, build };
})();

// What is still open: the questions of one text, or all texts that are not finished. Each is a
// button that goes there, and the questions themselves are pointed out.
function problems(unfinished, lead) {
  const box = byId('problems');
  box.textContent = '';
  box.append(element('p', '', lead));
  for (const view of unfinished) {
    const open = missing(view);
    open.forEach((part) => part.node.classList.add('open'));
    const places = unfinished.length > 1
      ? [[title(view), open[0]]]
      : open.map((part) => [part.missing(), part]);
    for (const [words, part] of places) {
      const button = element('button', 'link', words);
      button.type = 'button';
      button.addEventListener('click', () => { steps.show(view.position, true); goTo(part); });
      box.append(button);
    }
  }
  box.hidden = false;
}

function goTo(part) {
  const fits = part.node.offsetHeight < window.innerHeight / 2;
  part.focus();
  part.node.scrollIntoView({ block: fits ? 'center' : 'start' });
}

function clearProblems() {
  byId('problems').hidden = true;
  byId('problems').textContent = '';
  all(byId('items'), '.open').forEach((node) => { node.classList.remove('open'); });
}
