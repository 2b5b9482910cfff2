// Draws what is marked; an element that looks as it did is not touched, so long texts stay quick.
// The function that it returns takes whether there are kinds to be spoken of.
function markDrawing(made, nodes, unitOf, state, spoken) {
  const bases = made.words.map((word) => word.className);
  const looks = bases.map(() => ''), told = nodes.map(() => null);
  const kindAt = (i) => state.kind(unitOf[i]);

  function look(word, i) {
    const kind = kindAt(i), on = kind === undefined ? '' : ' on k' + kind;
    const joined = on && kind === kindAt(i - 1);
    const now = on && on + (joined ? '' : ' from') + (kind === kindAt(i + 1) ? '' : ' to');
    if (now === looks[i]) return;
    looks[i] = now;
    word.className = bases[i] + now;
    made.gaps[i].className = joined ? 'g' + on : 'g';
  }

  return function (named) {
    made.words.forEach(look);
    nodes.forEach(function (unit, u) {
      const kind = state.kind(u), on = kind !== undefined;
      if (told[u] === kind) return;
      told[u] = kind;
      unit.setAttribute('aria-selected', on);
      if (named && on) unit.setAttribute('aria-label', unit.textContent + spoken(kind));
      else unit.removeAttribute('aria-label');
    });
  };
}
