// The mask of a picture: what is marked, how it is painted, and what can be undone and redone.
// The past is kept as packed runs; `touched(x0, y0, x1, y1)` hears which pixels changed.
function regionState(width, height, touched) {
  const bits = new Uint8Array(width * height), past = [], future = [];
  const keep = () => ({ counts: writeRuns(bits), nothing });
  let nothing = false, now = keep(), size = 0;

  function whole() {
    size = bits.reduce((sum, bit) => sum + bit, 0);
    touched(0, 0, width, height);
  }

  function put(kept) {
    if (!readRuns(kept.counts, bits)) return;
    now = kept;
    nothing = kept.nothing;
    whole();
  }

  function go(from, to) {
    if (!from.length) return false;
    to.push(now);
    put(from.pop());
    return true;
  }

  // Pixels from row y0 up to row y1 of column x.
  function fill(x, y0, y1, on) {
    if (x < 0 || x >= width || y1 <= y0) return;
    bits.fill(on, x * height + Math.max(0, y0), x * height + Math.max(0, Math.min(height, y1)));
  }

  return {
    bits, put,
    counts: () => now.counts,
    nothing: () => nothing,
    size: () => size,
    has: (x, y) => bits[Math.floor(x) * height + Math.floor(y)] === 1,
    undo: () => go(past, future),
    redo: () => go(future, past),
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
    giveUp() { put(now); },

    // What was done since the last act becomes one act, if it changed anything.
    commit() {
      if (bits.includes(1)) nothing = false;
      const next = keep();
      if (next.counts !== now.counts || next.nothing !== now.nothing) {
        past.push(now);
        future.length = 0;
      }
      now = next;
      whole();
    },

    clear(none) {
      bits.fill(0);
      nothing = none;
      this.commit();
    },

    // A stroke of a round brush from one point to another.
    stroke(a, b, radius, on) {
      const dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy || 1;
      const x0 = Math.floor(Math.min(a.x, b.x) - radius), x1 = Math.max(a.x, b.x) + radius;
      const y0 = Math.floor(Math.min(a.y, b.y) - radius), y1 = Math.max(a.y, b.y) + radius;
      for (let x = Math.max(0, x0); x < Math.min(width, x1); x += 1) {
        for (let y = Math.max(0, y0); y < Math.min(height, y1); y += 1) {
          const px = x + 0.5 - a.x, py = y + 0.5 - a.y;
          const along = Math.max(0, Math.min(1, (px * dx + py * dy) / length));
          if (Math.hypot(px - along * dx, py - along * dy) <= radius) bits[x * height + y] = on;
        }
      }
      // However small the brush, the pixel under it.
      fill(Math.floor(b.x), Math.floor(b.y), Math.floor(b.y) + 1, on);
      touched(x0, y0, x1 + 1, y1 + 1);
    },

    // The pixels whose middle lies inside a closed shape.
    polygon(corners) {
      for (let x = 0; x < width; x += 1) {
        const cuts = [];
        corners.forEach(function (a, i) {
          const b = corners[(i + 1) % corners.length];
          if (a.x <= x + 0.5 === b.x <= x + 0.5) return;
          cuts.push(a.y + (x + 0.5 - a.x) / (b.x - a.x) * (b.y - a.y));
        });
        cuts.sort((a, b) => a - b);
        for (let i = 0; i < cuts.length; i += 2) {
          fill(x, Math.ceil(cuts[i] - 0.5), Math.ceil(cuts[i + 1] - 0.5), 1);
        }
      }
    },

    // All pixels for which `inside(x, y)` holds: off if all of them were on, else on.
    toggle(inside) {
      const found = [];
      for (let i = 0; i < bits.length; i += 1) {
        if (inside(Math.floor(i / height), i % height)) found.push(i);
      }
      const on = found.some((i) => !bits[i]) ? 1 : 0;
      found.forEach((i) => { bits[i] = on; });
      return on;
    }
  };
}
