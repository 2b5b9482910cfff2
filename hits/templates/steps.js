// One item in view at a time, a numbered button for each, back and next.

// What an item is called: practice items are announced as such and counted by themselves.
function title(view) {
  const noun = byId('items').dataset.noun, practice = Boolean(view.item.practice);
  const alike = views.filter((one) => Boolean(one.item.practice) === practice);
  const words = practice ? 'practice ' + noun : noun, number = alike.indexOf(view) + 1;
  return {
    short: words[0].toUpperCase() + words.slice(1) + ' ' + number,
    of: ' of ' + alike.length,
    button: practice ? 'P' : String(number)
  };
}

const steps = (function () {
  let current = 0, warned = -1;

  function label(view) {
    const name = title(view), state = missing(view).length ? 'not finished' : 'answered';
    return name.short + name.of + ', ' + state;
  }

  // Between phases only Next leads on, and nothing leads back.
  function reachable(view) {
    return view.item.phase === views[current].item.phase && !needed(view).length;
  }

  function refresh() {
    const inItems = protocol.stage === 'items', last = current === views.length - 1;
    const before = views[current - 1], ahead = inItems ? protocol.ahead(views[current]) : '';
    all(byId('steps'), 'button').forEach(function (button, position) {
      const view = views[position];
      view.root.classList.toggle('shut', !reachable(view));
      button.classList.toggle('done', !missing(view).length);
      button.setAttribute('aria-label', label(view));
      button.disabled = !reachable(view);
      if (position === current) button.setAttribute('aria-current', 'step');
      else button.removeAttribute('aria-current');
    });
    byId('steps').hidden = views.length === 1 || !inItems;
    byId('back').hidden = views.length === 1 || !inItems;
    byId('back').disabled = !before || !reachable(before);
    byId('next').hidden = !inItems || (last && !protocol.end);
    byId('submit').hidden = !byId('next').hidden;
    if (byId('ahead')) {
      byId('ahead').textContent = ahead;
      byId('ahead').hidden = !ahead;
    }
  }

  function show(position, quietly) {
    clock.tick();
    current = position;
    views[position].seen = true;
    protocol.shown.forEach((act) => act(views[position]));
    views.forEach((view) => { view.root.hidden = view.position !== position; });
    refresh();
    if (quietly) return;
    byId('instructions').open = false;
    const heading = views[position].root.querySelector('[data-heading]');
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: 'start' });
  }

  // Where something is still open the first press says so and goes there; the second moves on,
  // unless what comes next opens only when this is finished.
  function next() {
    const to = views[current + 1], open = missing(views[current]);
    const must = to ? needed(to) : unfinished();
    if (must.length) {
      ask(must, 'Finish this first:');
    } else if (open.length && warned !== current) {
      warned = current;
      ask([views[current]], 'Still open here (press Next again to leave it for later):');
    } else {
      clearProblems();
      if (to) show(current + 1);
      else protocol.end();
    }
  }

  function build() {
    views.forEach(function (view) {
      const heading = view.root.querySelector('[data-heading]'), name = title(view);
      heading.textContent = name.short + name.of;
      heading.classList.toggle('unseen', views.length === 1);
      const button = element('button', '', name.button);
      button.type = 'button';
      button.addEventListener('click', () => { clearProblems(); show(view.position); });
      const line = element('li');
      line.append(button);
      byId('steps').append(line);
    });
    byId('back').addEventListener('click', () => { clearProblems(); show(current - 1); });
    byId('next').addEventListener('click', next);
    show(0, true);
  }

  return { at: () => current, show, refresh, build };
})();

// How many items there are stands in the head of the page.
function count() {
  const practice = views.filter((view) => view.item.practice).length;
  const some = (n, noun) => n + ' ' + noun + (n === 1 ? '' : 's');
  const noun = byId('items').dataset.noun;
  byId('count').textContent = some(views.length - practice, noun) +
    (practice ? ' and ' + practice + ' for practice' : '');
}

// What is still open: the questions of one item, or all items that are not finished. Each is a
// button that goes there, and the questions themselves are pointed out.
function problems(open, lead) {
  const box = byId('problems');
  box.textContent = '';
  box.append(element('p', '', lead));
  for (const view of open) {
    const parts = missing(view);
    parts.forEach((part) => part.node.classList.add('open'));
    const places = open.length > 1
      ? [[title(view).short, parts[0]]]
      : parts.map((part) => [part.missing(), part]);
    for (const [words, part] of places) {
      const button = element('button', 'link', words);
      button.type = 'button';
      button.addEventListener('click', () => { steps.show(view.position, true); goTo(part); });
      box.append(button);
    }
  }
  box.hidden = false;
}

// The same, and straight to the first of them.
function ask(open, lead) {
  steps.show(open[0].position, true);
  problems(open, lead);
  goTo(missing(open[0])[0]);
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
