// A picture with the scores of a grid of equal cells on it: as colours laid over it, as boxes
// round what counted most, or with the rest dimmed or covered.
// Five colours from no score to the largest; both scales have the same lightness at each step.
const HEAT_SCALES = {
  blue: [[0, 25, 50], [3, 72, 127], [54, 128, 198], [119, 187, 255], [214, 245, 255]],
  orange: [[42, 17, 1], [113, 55, 0], [185, 103, 37], [232, 171, 78], [248, 242, 204]]
};

function heatColour(scale, score) {
  const at = score * (scale.length - 1), low = Math.min(Math.floor(at), scale.length - 2);
  return scale[low].map((part, k) => part + (scale[low + 1][k] - part) * (at - low));
}

// The score at a place given in cells, where cell centres are whole numbers: bilinear between
// the four centres around it, constant outside the outermost.
function scoreAt(panel, x, y) {
  const [rows, columns] = panel.grid;
  const right = Math.max(0, Math.min(columns - 1, x)), down = Math.max(0, Math.min(rows - 1, y));
  const left = Math.floor(right), top = Math.floor(down), fx = right - left, fy = down - top;
  const one = (r, c) => panel.scores[Math.min(rows - 1, r) * columns + Math.min(columns - 1, c)];
  const upper = one(top, left) * (1 - fx) + one(top, left + 1) * fx;
  const lower = one(top + 1, left) * (1 - fx) + one(top + 1, left + 1) * fx;
  return upper * (1 - fy) + lower * fy;
}

// Regions of neighbouring marked cells (corners count), each as the half-open
// [top, left, bottom, right] of its bounding box, in cells.
function regionBoxes(panel) {
  const [rows, columns] = panel.grid, left = new Set(), found = [];
  panelLevels(panel).forEach((level, i) => { if (level) left.add(i); });
  for (const first of Array.from(left)) {
    if (!left.delete(first)) continue;
    const box = [rows, columns, 0, 0], open = [first];
    while (open.length) {
      const at = open.pop(), r = Math.floor(at / columns), c = at % columns;
      box[0] = Math.min(box[0], r);
      box[1] = Math.min(box[1], c);
      box[2] = Math.max(box[2], r + 1);
      box[3] = Math.max(box[3], c + 1);
      for (let y = Math.max(0, r - 1); y <= Math.min(rows - 1, r + 1); y += 1) {
        for (let x = Math.max(0, c - 1); x <= Math.min(columns - 1, c + 1); x += 1) {
          if (left.delete(y * columns + x)) open.push(y * columns + x);
        }
      }
    }
    found.push(box);
  }
  return found;
}

function pictureOverlay(frame, panel, longest) {
  const canvas = element('canvas'), factor = longest / Math.max(panel.width, panel.height);
  canvas.width = Math.max(1, Math.round(panel.width * factor));
  canvas.height = Math.max(1, Math.round(panel.height * factor));
  canvas.setAttribute('aria-hidden', 'true');
  frame.append(canvas);
  return canvas;
}

function paintHeat(canvas, panel) {
  const pen = canvas.getContext('2d'), made = pen.createImageData(canvas.width, canvas.height);
  const [rows, columns] = panel.grid, scale = HEAT_SCALES[panel.hue || 'blue'];
  for (let y = 0, at = 0; y < canvas.height; y += 1) {
    const down = (y + 0.5) / canvas.height * rows - 0.5;
    for (let x = 0; x < canvas.width; x += 1, at += 4) {
      const across = (x + 0.5) / canvas.width * columns - 0.5;
      made.data.set(heatColour(scale, scoreAt(panel, across, down)), at);
      made.data[at + 3] = 255;
    }
  }
  pen.putImageData(made, 0, 0);
}

// Covers the cells that are not marked, and draws a line round the others.
function paintRest(canvas, panel, cover) {
  const pen = canvas.getContext('2d'), [rows, columns] = panel.grid, steps = panelLevels(panel);
  const kept = (r, c) => r >= 0 && c >= 0 && r < rows && c < columns && steps[r * columns + c];
  const x = (c) => Math.round(c / columns * canvas.width);
  const y = (r) => Math.round(r / rows * canvas.height);
  const cells = (act) => steps.forEach((step, i) => act(Math.floor(i / columns), i % columns));
  pen.fillStyle = cover;
  cells(function (r, c) {
    if (!kept(r, c)) pen.fillRect(x(c), y(r), x(c + 1) - x(c), y(r + 1) - y(r));
  });
  // Dark on light, so that the line is seen on every picture.
  for (const [colour, thick] of [['#fff', 6], ['#111', 2]]) {
    pen.fillStyle = colour;
    cells(function (r, c) {
      if (!kept(r, c)) return;
      const left = x(c) - thick / 2, right = x(c + 1) - thick / 2;
      const top = y(r) - thick / 2, bottom = y(r + 1) - thick / 2;
      if (!kept(r - 1, c)) pen.fillRect(left, top, right - left + thick, thick);
      if (!kept(r + 1, c)) pen.fillRect(left, bottom, right - left + thick, thick);
      if (!kept(r, c - 1)) pen.fillRect(left, top, thick, bottom - top + thick);
      if (!kept(r, c + 1)) pen.fillRect(right, top, thick, bottom - top + thick);
    });
  }
}

function drawBoxes(frame, panel) {
  const [rows, columns] = panel.grid;
  for (const [top, left, bottom, right] of regionBoxes(panel)) {
    const box = element('span', 'region');
    box.style.top = 100 * top / rows + '%';
    box.style.left = 100 * left / columns + '%';
    box.style.height = 100 * (bottom - top) / rows + '%';
    box.style.width = 100 * (right - left) / columns + '%';
    frame.append(box);
  }
}

// How strong the colours are is for the reader to choose: the picture must stay visible.
function heatStrength(canvas) {
  const label = element('label', 'strength', 'Strength of the colours'), range = element('input');
  Object.assign(range, { type: 'range', min: 0, max: 100, step: 5, value: 50 });
  const set = () => { canvas.style.opacity = range.value / 100; };
  range.addEventListener('input', set);
  set();
  label.append(range);
  return label;
}

// From little to most, as the colours run.
function heatKey(panel) {
  const key = element('p', 'heatkey', 'How much a part counted: ');
  const run = element('span', 'run', 'not at all '), band = element('span', 'band');
  const colours = HEAT_SCALES[panel.hue || 'blue'].map((parts) => 'rgb(' + parts + ')');
  band.style.backgroundImage = 'linear-gradient(90deg,' + colours + ')';
  run.append(band, ' most');
  key.append(run);
  return key;
}

// Small pictures are enlarged to be seen, none is taller than a screen.
function pictureFrame(panel) {
  const frame = element('div', 'picture'), image = element('img');
  const wide = Math.min(Math.max(panel.width, 320), 480 * panel.width / panel.height);
  frame.style.width = Math.round(wide) + 'px';
  image.src = panel.src;
  image.alt = panel.alt || 'Picture';
  image.width = panel.width;
  image.height = panel.height;
  if (wide > 3 * panel.width) image.className = 'pixels';
  frame.append(image);
  return frame;
}

panelKinds.image = {
  unit: 'part',
  least: 3,
  // Where each cell lies, in nine places.
  units(panel) {
    const [rows, columns] = panel.grid;
    return panel.scores.map(function (score, i) {
      const down = Math.floor((Math.floor(i / columns) + 0.5) / rows * 3);
      const across = Math.floor((i % columns + 0.5) / columns * 3);
      const place = ['top', '', 'bottom'][down] + ' ' + ['left', '', 'right'][across];
      return place.trim() || 'centre';
    });
  },
  legend: {
    boxes: 'In boxes: the parts that counted most.',
    top: 'Bright: the parts that counted most. The rest is dimmed.',
    only: 'Only the parts that counted most are shown. The rest is covered.'
  },
  fill(box, panel) {
    const frame = pictureFrame(panel), how = panel.scores ? panel.presentation : 'plain';
    box.append(frame);
    if (how === 'boxes') drawBoxes(frame, panel);
    if (how === 'top') paintRest(pictureOverlay(frame, panel, 640), panel, 'rgba(20,22,24,.72)');
    if (how === 'only') paintRest(pictureOverlay(frame, panel, 640), panel, '#8a8f94');
    if (how !== 'heat') return;
    const canvas = pictureOverlay(frame, panel, 240);
    paintHeat(canvas, panel);
    box.append(heatKey(panel), heatStrength(canvas));
  }
};
