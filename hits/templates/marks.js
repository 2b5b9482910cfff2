// The state behind marking: which tokens are marked, whether "nothing" was chosen, and the past.
function markState(changed) {
  let marks = new Set(), nothing = false;
  const past = [];

  const copy = () => ({ marks: new Set(marks), nothing });
  const same = (a, b) =>
    a.nothing === b.nothing && a.marks.size === b.marks.size &&
    Array.from(a.marks).every((i) => b.marks.has(i));

  function put(state) {
    marks = new Set(state.marks);
    nothing = state.nothing;
    changed();
  }

  return {
    copy,
    put,
    has: (i) => marks.has(i),
    size: () => marks.size,
    nothing: () => nothing,
    list: () => Array.from(marks).sort((a, b) => a - b),
    canUndo: () => past.length > 0,

    // All tokens from a to b on or off, starting from an earlier state.
    paint(from, a, b, on) {
      const painted = new Set(from.marks);
      for (let i = Math.min(a, b); i <= Math.max(a, b); i += 1) {
        if (on) painted.add(i);
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
