// Mark the parts of a picture that justify an answer, or say that there are none.
widgets.region = function (node, item, changed) {
  const find = (name) => node.querySelector('[data-' + name + ']');
  const panel = panelOf(node, item), stage = find('stage'), image = stage.querySelector('img');
  const count = find('count'), none = find('nothing'), undo = find('undo'), redo = find('redo');
  const clear = find('clear'), size = find('size'), areas = {};
  const tools = all(node, '[data-tool]');
  const tool = () => tools.find((one) => one.checked).dataset.tool;
  const view = regionView(stage, panel);
  const state = regionState(panel.width, panel.height, view.touched);
  view.shows(state.bits);
  stage.style.aspectRatio = panel.width + ' / ' + panel.height;
  image.alt = panel.alt || '';
  image.src = panel.src;

  function paint() {
    const share = 100 * state.size() / state.bits.length;
    const words = share >= 10 ? Math.round(share) : share < 0.1 ? 'less than 0.1' : share.toFixed(1);
    count.textContent = share ? words + '% marked' : 'nothing marked';
    none.checked = state.nothing();
    undo.disabled = !state.canUndo();
    redo.disabled = !state.canRedo();
    clear.disabled = !state.size();
  }

  function refresh() {
    paint();
    changed();
  }

  function done(words) {
    state.commit();
    refresh();
    say(words + '. ' + count.textContent);
  }

  function step(way, words) {
    giveUp();
    if (!state[way]()) return;
    refresh();
    say(words + '. ' + count.textContent);
  }

  function wipe(nothing) {
    giveUp();
    state.clear(nothing);
    refresh();
  }

  // Areas for the size chosen: found once, then drawn and toggled. None where the picture's
  // pixels may not be read, as with one from another address.
  function found() {
    if (!image.naturalWidth) return null;
    const many = 900 / Math.pow(1.5, size.value);
    try {
      areas[size.value] = areas[size.value] || findAreas(image, panel.width, panel.height, many);
    } catch (error) {
      say('No areas can be found in this picture; use another tool');
    }
    return areas[size.value];
  }

  function toggleArea(p) {
    const there = found();
    if (!there) return;
    const wanted = there.at(p.x, p.y);
    const on = state.toggle((x, y) => there.at(x, y) === wanted);
    done(on ? 'Area marked' : 'Area not marked');
  }

  function choose() {
    const there = tool() === 'areas' && found();
    giveUp();
    view.outline('.areas', there ? there.path : '');
    all(node, '[data-for]').forEach((one) => { one.hidden = one.dataset.for !== tool(); });
    size.disabled = tool() === 'box' || tool() === 'polygon';
  }

  const radius = () => Math.max(panel.width, panel.height) * 0.004 * Math.pow(1.5, size.value - 1);
  const giveUp = regionInput(stage, view, state, panel, tool, radius, toggleArea, done);
  const opacity = find('opacity');
  tools.forEach((one) => { one.addEventListener('change', choose); });
  size.addEventListener('input', choose);
  image.addEventListener('load', choose);
  opacity.addEventListener('input', () => view.setOpacity(opacity.value / 100));
  find('in').addEventListener('click', () => view.zoomBy(1.5));
  find('out').addEventListener('click', () => view.zoomBy(1 / 1.5));
  undo.addEventListener('click', () => step('undo', 'Undone'));
  redo.addEventListener('click', () => step('redo', 'Redone'));
  clear.addEventListener('click', () => wipe(false));
  none.addEventListener('change', () => wipe(none.checked));
  document.addEventListener('keydown', function (event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y') || node.closest('[hidden], [inert]')) return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) step('redo', 'Redone');
    else step('undo', 'Undone');
  });

  view.setOpacity(opacity.value / 100);
  choose();
  paint();
  return {
    get: () => ({
      [node.dataset.question]: { size: [panel.height, panel.width], counts: state.counts() },
      nothing: state.nothing()
    }),
    set(saved) {
      const kept = saved[node.dataset.question];
      if (!kept || typeof kept.counts !== 'string' || String(kept.size) !== panel.height + ',' + panel.width) return;
      state.put({ counts: kept.counts, nothing: saved.nothing === true });
      refresh();
    },
    missing: () => (state.size() || state.nothing() ? '' : node.dataset.missing),
    focus: () => stage.focus()
  };
};
