// The state behind marking: which units are marked (position -> kind, 0 where there is only one),
// whether "nothing" was chosen, and the past.
function markState(changed) {
  let marks = new Map(), nothing = false;
  const past = [];

  const copy = () => ({ marks: new Map(marks), nothing });
  const same = (a, b) =>
    a.nothing === b.nothing && a.marks.size === b.marks.size &&
    Array.from(a.marks).every(([i, kind]) => b.marks.get(i) === kind);

  function put(state) {
    marks = new Map(state.marks);
    nothing = state.nothing;
    changed();
  }

  return {
    copy,
    put,
    has: (i) => marks.has(i),
    // Undefined where nothing is marked.
    kind: (i) => marks.get(i),
    size: () => marks.size,
    nothing: () => nothing,
    list: () => Array.from(marks.keys()).sort((a, b) => a - b),
    canUndo: () => past.length > 0,

    // All units from a to b of a kind, or not marked, starting from an earlier state.
    paint(from, a, b, on, kind) {
      const painted = new Map(from.marks);
      for (let i = Math.min(a, b); i <= Math.max(a, b); i += 1) {
        if (on) painted.set(i, kind || 0);
        else painted.delete(i);
      }
      put({ marks: painted, nothing: painted.size ? false : nothing });
    },

    // What was before an act can be brought back, if the act changed anything; says whether.
    commit(before) {
      const acted = !same(before, copy());
      if (acted) past.push(before);
      changed();
      return acted;
    },

    undo() {
      if (past.length) put(past.pop());
    }
  };
}

// The kinds that there are and the one in hand; without any, everything is of kind 0.
function kindsOf(node) {
  return typeof markKinds === 'function' ? markKinds(node) : { names: [], pen: () => 0 };
}

// As marks are sent: positions, or the positions of each kind; at(kind) gives those of one.
function packMarks(names, at) {
  return names.length ? Object.assign({}, ...names.map((name, k) => ({ [name]: at(k) }))) : at(0);
}

// The same back, as [unit, kind]; unitOf[position] is the unit, and what fits nowhere is left out.
function unpackMarks(names, saved, unitOf) {
  const known = (i) => Number.isInteger(i) && i in unitOf;
  const units = (list, kind) =>
    (Array.isArray(list) ? list.filter(known).map((i) => [unitOf[i], kind]) : []);
  if (!names.length) return units(saved, 0);
  return [].concat(...names.map((name, k) => units((saved || {})[name], k)));
}

// Ctrl+Z takes back the last act of a widget, unless it is out of view or frozen.
function undoKey(node, takeBack) {
  document.addEventListener('keydown', function (event) {
    const asked = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z';
    if (!asked || node.closest('[hidden], [inert]')) return;
    event.preventDefault();
    takeBack();
  });
}
