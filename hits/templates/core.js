// What every part of the page shares: the data, the address it was opened with, small helpers.
const page = JSON.parse(document.getElementById('konkyo-data').textContent);
const query = new URLSearchParams(location.search);
const assignment = query.get('assignmentId') || '';
const preview = !assignment || assignment === 'ASSIGNMENT_ID_NOT_AVAILABLE';
// A widget is a function (node, item, changed) that returns get, set, missing and focus:
// get() gives its fields of the answer, set(fields) puts them back, missing() says in words
// what is still open ('' if nothing), focus() goes there.
const widgets = {};
const views = [];

function byId(id) {
  return document.getElementById('konkyo-' + id);
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

// One item: its copy of the template, with ids and names of its own, and its widgets.
function makeView(item, position, changed) {
  const root = byId('item').content.firstElementChild.cloneNode(true);
  for (const name of ['id', 'name', 'aria-labelledby', 'aria-describedby']) {
    for (const node of all(root, '[' + name + ']')) {
      node.setAttribute(name, node.getAttribute(name) + '-' + position);
    }
  }
  const parts = all(root, '[data-widget]').map(
    (node) => Object.assign({ node }, widgets[node.dataset.widget](node, item, changed))
  );
  return { item, position, root, parts, ms: 0 };
}

function missing(view) {
  return view.parts.filter((part) => part.missing && part.missing());
}

// The item's answer as far as it is given; fields that are still open are left out.
function entry(view) {
  const given = view.parts.filter((part) => part.get).map((part) => part.get());
  const head = { id: view.item.id, position: view.position };
  return Object.assign(head, ...given, { ms: Math.round(view.ms) });
}

function snapshot() {
  return { v: 1, study: page.study, items: views.map(entry), facts: clock.facts() };
}
