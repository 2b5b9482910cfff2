// Marking with mouse and finger. A mouse drags over words. A finger scrolls, as everywhere: it
// taps words, and pulls the handle that then stands at the tapped word to mark on from there.
function markPointer(box, nodes, unitOf, state, cursor) {
  const handle = element('span', 'handle');
  let stroke = null, kind = 'mouse';
  handle.hidden = true;
  handle.setAttribute('aria-hidden', 'true');
  box.append(handle);

  // The unit at a point; a gap counts to the word on the side the stroke comes from.
  function unitAt(x, y) {
    const hit = document.elementFromPoint(x, y);
    const node = hit && hit.closest('[data-i]');
    if (!node || !box.contains(node)) return null;
    const i = Number(node.dataset.i);
    const gap = node.classList.contains('g');
    return unitOf[gap && (!(i in unitOf) || stroke.from < unitOf[i]) ? i - 1 : i];
  }

  function begin(from, on, pointer, node) {
    stroke = { from, on, before: state.copy() };
    node.setPointerCapture(pointer);
  }

  function pull(x, y) {
    const to = stroke && unitAt(x, y);
    if (!stroke || !(to in nodes) || to === cursor.at()) return;
    cursor.move(to, true);
    cursor.paint(stroke.before, stroke.from, to, stroke.on);
  }

  function end(keep) {
    if (!stroke) return;
    if (keep) state.commit(stroke.before);
    else state.put(stroke.before);
    stroke = null;
  }

  function placeHandle(i) {
    const word = nodes[i];
    handle.hidden = !state.has(i);
    if (handle.hidden) return;
    const boxes = word.getClientRects(), last = boxes[boxes.length - 1];
    const frame = box.getBoundingClientRect();
    const side = word.closest('.text').dir === 'rtl' ? last.left : last.right;
    handle.style.left = side - frame.left - box.clientLeft + 'px';
    handle.style.top = last.bottom - frame.top - box.clientTop + 'px';
    handle.dataset.from = i;
  }

  box.addEventListener('pointerdown', function (event) {
    kind = event.pointerType;
    if (kind !== 'mouse' || event.button !== 0) return;
    const word = event.target.closest('.w');
    if (!word) return;
    handle.hidden = true;
    const i = unitOf[word.dataset.i], shift = event.shiftKey;
    begin(shift ? cursor.anchor() : i, shift || cursor.adds(i), event.pointerId, box);
    cursor.move(i, true);
    if (!shift) cursor.setAnchor(i);
    cursor.paint(stroke.before, stroke.from, i, stroke.on);
  });
  box.addEventListener('pointermove', function (event) {
    if (kind === 'mouse') pull(event.clientX, event.clientY);
  });
  box.addEventListener('pointerup', () => { if (kind === 'mouse') end(true); });
  box.addEventListener('pointercancel', () => end(false));

  // A click that no mouse made is a tap, or a screen reader's.
  box.addEventListener('click', function (event) {
    const word = event.target.closest('.w');
    if (!word || (kind === 'mouse' && event.detail > 0)) return;
    const i = unitOf[word.dataset.i];
    cursor.toggle(i);
    if (kind !== 'mouse') placeHandle(i);
  });

  handle.addEventListener('pointerdown', function (event) {
    kind = 'handle';
    event.stopPropagation();
    begin(Number(handle.dataset.from), true, event.pointerId, handle);
    stroke.lift = event.clientY - handle.getBoundingClientRect().top + 8;
    handle.classList.add('held');
  });
  handle.addEventListener('pointermove', function (event) {
    if (stroke) pull(event.clientX, event.clientY - stroke.lift);
  });
  for (const name of ['pointerup', 'pointercancel']) {
    handle.addEventListener(name, function () {
      end(true);
      handle.classList.remove('held');
      placeHandle(cursor.at());
    });
  }
  window.addEventListener('resize', () => { handle.hidden = true; });
  return { hide() { handle.hidden = true; } };
}
