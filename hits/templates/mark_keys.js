// Marking from the keyboard: arrows move a cursor between words (or sentences), Space marks,
// Shift extends.
function markKeys(box, nodes, state, cursor) {
  const byWord = nodes[0].classList.contains('w');
  // Where the range under way began, and what was marked before it.
  let reach = null;

  // The nearest word on the line above (step -1) or below (step 1).
  function vertical(step) {
    const here = nodes[cursor.at()].getBoundingClientRect();
    let best = cursor.at(), line = null, nearest = Infinity;
    for (let i = cursor.at() + step; nodes[i]; i += step) {
      const there = nodes[i].getBoundingClientRect();
      if (Math.abs(there.top - here.top) < here.height / 2) continue;
      if (line === null) line = there.top;
      if (Math.abs(there.top - line) > here.height / 2) break;
      const apart = Math.abs(there.left + there.width / 2 - here.left - here.width / 2);
      if (apart < nearest) {
        nearest = apart;
        best = i;
      }
    }
    return best;
  }

  function target(key) {
    const text = nodes[cursor.at()].closest('.text');
    const forward = text.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    if (key === 'ArrowLeft' || key === 'ArrowRight') return cursor.at() + (key === forward ? 1 : -1);
    if (key === 'ArrowUp') return byWord ? vertical(-1) : cursor.at() - 1;
    if (key === 'ArrowDown') return byWord ? vertical(1) : cursor.at() + 1;
    if (key === 'Home') return 0;
    if (key === 'End') return nodes.length - 1;
    return null;
  }

  function extend(to) {
    if (!reach) reach = { from: cursor.at(), before: state.copy() };
    cursor.move(to);
    cursor.paint(reach.before, reach.from, to, true);
    if (!reach.kept) reach.kept = state.commit(reach.before);
  }

  box.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      reach = null;
      return;
    }
    if (event.key === ' ' || event.key === 'Enter') {
      reach = null;
      cursor.toggle(cursor.at());
    } else {
      const to = target(event.key);
      if (to === null) return;
      const inside = Math.max(0, Math.min(nodes.length - 1, to));
      if (event.shiftKey) {
        extend(inside);
      } else {
        reach = null;
        cursor.move(inside);
      }
    }
    event.preventDefault();
  });
  for (const name of ['blur', 'pointerdown']) {
    box.addEventListener(name, () => { reach = null; });
  }
}
