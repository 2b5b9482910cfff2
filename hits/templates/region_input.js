// Marking on the stage by mouse, pen, finger and key. One finger draws, two move and zoom.
// `tool()` names the tool, `radius()` is the brush's in picture pixels, `area(p)` toggles one,
// `done(words)` ends an act; returns giveUp(), which drops a shape under way.
function regionInput(stage, view, state, panel, tool, radius, area, done) {
  const fingers = new Map();
  let corners = [], last = null, begun = false, pinch = null;
  let cursor = { x: panel.width / 2, y: panel.height / 2 };

  const round = () => tool() === 'brush' || tool() === 'eraser';
  const tip = (p) => view.tip(p, round() ? radius() : 0);
  const held = (p) => ({
    x: Math.max(0, Math.min(panel.width - 0.001, p.x)), y: Math.max(0, Math.min(panel.height - 0.001, p.y))
  });
  const close = (a, b, reach) => Math.hypot(a.x - b.x, a.y - b.y) * view.scale() < reach;

  // The whole pixels that a box touches.
  function box(a, b) {
    const x0 = Math.floor(Math.min(a.x, b.x)), x1 = Math.floor(Math.max(a.x, b.x)) + 1;
    const y0 = Math.floor(Math.min(a.y, b.y)), y1 = Math.floor(Math.max(a.y, b.y)) + 1;
    return [{ x: x0, y: y0 }, { x: x1, y: y0 }, { x: x1, y: y1 }, { x: x0, y: y1 }];
  }

  function sketch(p) {
    const points = !corners.length ? [] : tool() === 'box' ? box(corners[0], p) : corners.concat(p);
    const path = points.map((one) => one.x + ' ' + one.y).join('L');
    view.outline('.shape', path && 'M' + path + (tool() === 'box' ? 'Z' : ''));
  }

  function giveUp() {
    const busy = corners.length > 0 || last !== null;
    if (last) state.giveUp();
    corners = [];
    last = null;
    sketch();
    return busy;
  }

  function finish(points, words) {
    state.polygon(points);
    giveUp();
    done(words);
  }

  function paint(p) {
    state.stroke(last || p, p, radius(), tool() === 'brush' ? 1 : 0);
    last = p;
  }

  function endStroke() {
    last = null;
    done(tool() === 'brush' ? 'Painted' : 'Erased');
  }

  // A corner of a box or polygon; `reach`: how near, on the screen, the end of a polygon closes it.
  function corner(p, reach) {
    if (tool() === 'box' && corners.length) {
      finish(box(corners[0], p), 'Box marked');
    } else if (corners.length > 2 && (close(p, corners[0], reach) || close(p, corners[corners.length - 1], reach))) {
      finish(corners, 'Shape marked');
    } else if (!corners.length || !close(p, corners[corners.length - 1], 1)) {
      corners.push(p);
      sketch(p);
      say('Corner ' + corners.length + ' set');
    }
  }

  function spread() {
    const [a, b] = Array.from(fingers.values());
    return { clientX: (a.x + b.x) / 2, clientY: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) || 1 };
  }

  stage.addEventListener('pointerdown', function (event) {
    if (event.button) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size > 1) {
      // What this hand began is given up; corners that were set before stay.
      if (last || begun) giveUp();
      view.tip();
      pinch = fingers.size === 2 ? spread() : false;
      return;
    }
    pinch = null;
    const p = view.at(event);
    cursor = held(p);
    tip(p);
    begun = tool() === 'box' && !corners.length;
    if (round()) paint(p);
    else if (begun) corners = [cursor];
  });

  stage.addEventListener('pointermove', function (event) {
    const p = view.at(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pinch) {
      const next = spread();
      view.pan(next.clientX - pinch.clientX, next.clientY - pinch.clientY);
      view.zoomBy(next.apart / pinch.apart, view.at(next));
      pinch = next;
    } else if (fingers.size < 2 && pinch !== false) {
      cursor = held(p);
      tip(p);
      if (last) paint(p);
      else sketch(cursor);
    }
  });

  // What began as a pinch draws nothing until every finger has left.
  function lift(event, keep) {
    if (!fingers.delete(event.pointerId)) return;
    if (event.pointerType !== 'mouse') view.tip();
    if (pinch !== null || fingers.size) {
      pinch = fingers.size ? false : null;
      return;
    }
    const p = held(view.at(event));
    if (!keep && (last || begun)) giveUp();
    else if (!keep) return;
    else if (last) endStroke();
    else if (tool() === 'areas') area(p);
    else if (tool() === 'polygon' || !close(p, corners[0] || p, 4)) corner(p, event.pointerType === 'mouse' ? 8 : 18);
    else if (corners.length) say('First corner set; click the opposite one');
  }

  stage.addEventListener('pointerup', (event) => lift(event, true));
  stage.addEventListener('pointercancel', (event) => lift(event, false));
  stage.addEventListener('pointerleave', () => { if (!fingers.size) view.tip(); });
  stage.addEventListener('blur', () => view.tip());
  stage.addEventListener('focus', () => { if (stage.matches(':focus-visible')) tip(cursor); });
  stage.addEventListener('wheel', function (event) {
    if (event.ctrlKey) view.zoomBy(Math.exp(-event.deltaY / 200), view.at(event));
    else if (!view.pan(-event.deltaX, -event.deltaY)) return;
    event.preventDefault();
  }, { passive: false });

  function act(enter) {
    if (round()) {
      paint(cursor);
      endStroke();
    } else if (tool() === 'areas') {
      area(cursor);
    } else if (enter && tool() === 'polygon') {
      if (corners.length > 2) finish(corners, 'Shape marked');
      else say('A polygon needs three corners');
    } else {
      corner(cursor, 1);
    }
  }

  stage.addEventListener('keydown', function (event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (way) {
      const step = Math.max(1, Math.round(8 / view.scale())) * (event.shiftKey ? 5 : 1);
      const whole = (n) => Math.floor(n) + 0.5;
      cursor = held({ x: cursor.x + way[0] * step, y: cursor.y + way[1] * step });
      cursor = { x: whole(cursor.x), y: whole(cursor.y) };
      view.reveal(cursor);
      say(Math.floor(cursor.x) + ' across, ' + Math.floor(cursor.y) + ' down, ' +
        (state.has(cursor.x, cursor.y) ? 'marked' : 'not marked'));
      sketch(cursor);
    } else if (event.key === ' ' || event.key === 'Enter') {
      act(event.key === 'Enter');
    } else if (event.key === '+' || event.key === '-') {
      view.zoomBy(event.key === '+' ? 1.5 : 1 / 1.5, cursor);
      view.reveal(cursor);
    } else if (event.key !== 'Escape' || !giveUp()) {
      return;
    } else {
      say('Shape given up');
    }
    tip(cursor);
    event.preventDefault();
  });
  return giveUp;
}
