// The picture on its stage, zoomed and moved, with the mask drawn over it at the screen's own
// sharpness: a hatched fill in an outline of dark and light, to be seen on any picture.
function regionView(stage, panel) {
  const width = panel.width, height = panel.height;
  const sheet = stage.querySelector('.sheet'), svg = sheet.querySelector('svg');
  const screen = stage.querySelector('canvas'), ring = stage.querySelector('.ring');
  const mask = element('canvas'), layer = element('canvas');
  const [pen, small, back] = [screen, mask, layer].map((one) => one.getContext('2d'));
  const sides = Array.from({ length: 8 }, (_, i) => [Math.cos(i * 0.785), Math.sin(i * 0.785)]);
  const ink = (name) => getComputedStyle(stage).getPropertyValue(name);
  let bits = null, dirty = null, scale = 1, fit = 1, zoom = 1, left = 0, top = 0, dots = 1;
  let opacity = 0.6, hatch = null;
  mask.width = width;
  mask.height = height;
  svg.setAttribute('viewBox', '0 0 ' + width + ' ' + height);

  function makeHatch() {
    const tile = element('canvas'), size = tile.width = tile.height = Math.round(8 * dots);
    const line = tile.getContext('2d');
    line.fillStyle = ink('--region-fill');
    line.fillRect(0, 0, size, size);
    line.lineWidth = 1.5 * dots;
    line.strokeStyle = ink('--region-line');
    for (let n = -1; n < 2; n += 1) {
      line.moveTo(n * size - 9, size + 9);
      line.lineTo((n + 1) * size + 9, -9);
    }
    line.stroke();
    hatch = pen.createPattern(tile, 'repeat');
  }

  // The mask in one colour, grown by so many points of the screen.
  function tinted(style, growth) {
    back.globalCompositeOperation = 'copy';
    for (const [dx, dy] of growth ? sides : [[0, 0]]) {
      back.drawImage(mask, (left + dx * growth) * dots, (top + dy * growth) * dots,
        width * scale * dots, height * scale * dots);
      back.globalCompositeOperation = 'source-over';
    }
    back.globalCompositeOperation = 'source-in';
    back.fillStyle = style;
    back.fillRect(0, 0, layer.width, layer.height);
    return layer;
  }

  function draw() {
    const [x0, y0, x1, y1] = dirty, w = x1 - x0, h = y1 - y0;
    dirty = null;
    if (!screen.width) return;
    if (w > 0 && h > 0) {
      const image = small.createImageData(w, h);
      for (let x = 0; x < w; x += 1) {
        for (let y = 0; y < h; y += 1) {
          if (bits[(x0 + x) * height + y0 + y]) image.data[(y * w + x) * 4 + 3] = 255;
        }
      }
      small.putImageData(image, x0, y0);
    }
    const rect = [x0 * scale + left - 4, y0 * scale + top - 4, w * scale + 8, h * scale + 8];
    for (const one of [pen, back]) {
      one.save();
      one.beginPath();
      one.rect(...rect.map((side) => side * dots));
      one.clip();
      one.imageSmoothingEnabled = false;
    }
    pen.clearRect(0, 0, screen.width, screen.height);
    pen.drawImage(tinted(ink('--region-halo'), 2.5), 0, 0);
    pen.drawImage(tinted(ink('--region-line'), 1.25), 0, 0);
    pen.globalCompositeOperation = 'destination-out';
    pen.drawImage(tinted('#000', 0), 0, 0);
    pen.globalCompositeOperation = 'source-over';
    pen.globalAlpha = opacity;
    pen.drawImage(tinted(hatch, 0), 0, 0);
    pen.restore();
    back.restore();
  }

  function touched(x0, y0, x1, y1) {
    if (!dirty) {
      dirty = [width, height, 0, 0];
      requestAnimationFrame(draw);
    }
    dirty = [
      Math.max(0, Math.min(dirty[0], Math.floor(x0))), Math.max(0, Math.min(dirty[1], Math.floor(y0))),
      Math.min(width, Math.max(dirty[2], Math.ceil(x1))), Math.min(height, Math.max(dirty[3], Math.ceil(y1)))
    ];
  }

  // Where the picture lies: never away from the stage, in the middle where there is room.
  function place() {
    const w = stage.clientWidth, h = stage.clientHeight;
    const inside = (at, room, size) => size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, at));
    scale = fit * zoom;
    left = inside(left, w, width * scale);
    top = inside(top, h, height * scale);
    // In shares of the stage, so that it still fits on paper.
    [['left', left / w], ['top', top / h], ['width', width * scale / w], ['height', height * scale / h]]
      .forEach(([side, share]) => { sheet.style[side] = 100 * share + '%'; });
    stage.classList.toggle('coarse', scale > 3);
    touched(0, 0, width, height);
  }

  function layout() {
    const w = stage.clientWidth, h = stage.clientHeight, before = fit;
    if (!w) return;
    fit = Math.min(w / width, h / height);
    dots = window.devicePixelRatio || 1;
    screen.width = layer.width = Math.round(w * dots);
    screen.height = layer.height = Math.round(h * dots);
    left *= fit / before;
    top *= fit / before;
    makeHatch();
    place();
  }

  const view = {
    touched,
    shows(mine) { bits = mine; },
    scale: () => scale,
    setOpacity(share) {
      opacity = share;
      touched(0, 0, width, height);
    },

    // A point of the window in picture pixels, and a point of the picture on the stage.
    at(event) {
      const box = stage.getBoundingClientRect();
      return {
        x: (event.clientX - box.left - stage.clientLeft - left) / scale,
        y: (event.clientY - box.top - stage.clientTop - top) / scale
      };
    },

    // Zoom by a factor; the point `p` of the picture, or of the stage's middle, keeps its place.
    zoomBy(factor, p) {
      const before = scale, [w, h] = [stage.clientWidth, stage.clientHeight];
      p = p || { x: (w / 2 - left) / scale, y: (h / 2 - top) / scale };
      zoom = Math.max(1, Math.min(Math.max(8, 32 / fit), zoom * factor));
      left += p.x * (before - fit * zoom);
      top += p.y * (before - fit * zoom);
      place();
    },

    // Move by so many points of the screen; says whether there was anywhere to go.
    pan(dx, dy) {
      const before = left + ',' + top;
      left += dx;
      top += dy;
      place();
      return before !== left + ',' + top;
    },

    // Bring a point into view.
    reveal(p) {
      const need = (at, room) => Math.max(0, 24 - at) + Math.min(0, room - 24 - at);
      view.pan(need(p.x * scale + left, stage.clientWidth), need(p.y * scale + top, stage.clientHeight));
    },

    // The tool's tip, as large as it paints; none without a point.
    tip(p, radius) {
      ring.hidden = !p;
      if (!p) return;
      const size = Math.max(9, radius * 2 * scale) + 'px';
      Object.assign(ring.style, {
        width: size, height: size, left: p.x * scale + left + 'px', top: p.y * scale + top + 'px'
      });
    },

    outline(name, path) {
      all(svg, name).forEach((one) => { one.setAttribute('d', path); });
    }
  };
  new ResizeObserver(layout).observe(stage);
  return view;
}
