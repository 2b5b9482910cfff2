// What every part of the page shares: the data, the address it was opened with, small helpers.
const page = JSON.parse(byId('data').textContent);
const query = new URLSearchParams(location.search);
// As a fragment the page stands in somebody else's form, which knows where answers go.
const host = byId('form') ? null : byId('main').closest('form');
const fragment = !byId('form');
const assignment = query.get('assignmentId') || given(host, 'assignmentId');
const preview = assignment === 'ASSIGNMENT_ID_NOT_AVAILABLE' || (!fragment && !assignment);
// A widget is a function (node, item, changed) that returns get, set, missing and focus:
// get() gives its fields of the answer, set(fields) puts them back, missing() says in words
// what is still open ('' if nothing), focus() goes there.
const widgets = {};
const views = [];
// What parts of the protocol add to a page that has them. `stage` is what is in view: a gate
// before the items, 'items', or what comes after them.
const protocol = {
  // {name, passed()}: what must be passed before the items are shown, in order.
  gates: [],
  // (view) => the views that have to be finished before it opens.
  needs: [],
  // (view, changed): called once for every view that was made.
  made: [],
  // (view): called whenever a view is shown.
  shown: [],
  // {get(), set(state)}: what an autosave holds beside answers.
  kept: [],
  // Words about what the next step does, where it cannot be taken back.
  ahead: () => '',
  // What follows the last item instead of Submit, if anything does.
  end: null,
  stage: 'items'
};
// Whole numbers that are sent beside those of the clock.
const facts = {
  restores: 0,
  width: Math.round(screen.width),
  coarse: window.matchMedia('(pointer: coarse)').matches ? 1 : 0
};

function byId(id) {
  return document.getElementById('konkyo-' + id);
}

function given(form, name) {
  const field = form && form.elements.namedItem(name);
  return (field && field.value) || '';
}

function all(node, selector) {
  return Array.from(node.querySelectorAll(selector));
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function say(text) {
  byId('status').textContent = text;
}

function notice(text) {
  byId('notice').textContent = text;
  byId('notice').hidden = false;
}

// The thing that a widget shows or marks.
function panelOf(node, item) {
  return item.panels[Number(node.dataset.panel || 0)];
}

// Only konkyo's own field goes into a form around the page, not each button of it.
function detach(root) {
  if (fragment) all(root, 'input, textarea, select').forEach((node) => node.setAttribute('form', ''));
}

// One item: its copy of the template, with ids and names of its own, and its widgets. What
// belongs to other phases is left out.
function makeView(item, position, changed) {
  const root = byId('item').content.firstElementChild.cloneNode(true);
  for (const node of all(root, '[data-phases]')) {
    if (!node.dataset.phases.split(' ').includes(item.phase)) node.remove();
  }
  for (const name of ['id', 'name', 'for', 'aria-labelledby', 'aria-describedby']) {
    for (const node of all(root, '[' + name + ']')) {
      node.setAttribute(name, node.getAttribute(name).replace(/\S+/g, '$&-' + position));
    }
  }
  const parts = all(root, '[data-widget]').map(
    (node) => Object.assign({ node }, widgets[node.dataset.widget](node, item, changed))
  );
  const view = { item, position, root, parts, ms: 0 };
  if (!parts.some((part) => part.missing)) parts.push(onlySeen(view));
  detach(root);
  return view;
}

// An item without questions is done once it was seen.
function onlySeen(view) {
  return {
    node: view.root,
    missing: () => (view.seen ? '' : 'look at this'),
    set(saved) { view.seen = saved.ms > 0; },
    focus: () => view.root.querySelector('[data-heading]').focus()
  };
}

function missing(view) {
  return view.parts.filter((part) => part.missing && part.missing());
}

function unfinished() {
  return views.filter((view) => missing(view).length);
}

// What must be finished before this view may be opened.
function needed(view) {
  return protocol.needs.reduce((found, need) => found.concat(need(view)), []);
}

function fields(view) {
  return Object.assign({}, ...view.parts.filter((part) => part.get).map((part) => part.get()));
}

// From now on the answers to an item stay as they are.
function freeze(view) {
  if (view.frozen) return;
  view.frozen = fields(view);
  view.parts.forEach((part) => { if (part.get) part.node.inert = true; });
}

// The item's answer as far as it is given; fields that are still open are left out.
function entry(view) {
  const head = { id: view.item.id, position: view.position };
  return Object.assign(head, view.frozen || fields(view), { ms: Math.round(view.ms) });
}

function snapshot() {
  const sent = Object.assign(clock.facts(), facts);
  return { v: 1, study: page.study, items: views.map(entry), facts: sent };
}
