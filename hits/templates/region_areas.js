// Areas of one colour, found in the picture's own pixels: simple linear iterative clustering
// (SLIC; Achanta and others, 2012) in RGB, at most 480 pixels wide or high.
// Returns { at(x, y), path }: which area a pixel belongs to, and the outlines in picture pixels.
function findAreas(image, width, height, many) {
  const shrink = Math.min(1, 480 / Math.max(width, height));
  const w = Math.max(1, Math.round(width * shrink)), h = Math.max(1, Math.round(height * shrink));
  const canvas = element('canvas');
  canvas.width = w;
  canvas.height = h;
  const brush = canvas.getContext('2d');
  brush.drawImage(image, 0, 0, w, h);
  const rgb = brush.getImageData(0, 0, w, h).data;
  const step = Math.max(2, Math.sqrt(w * h / many));
  const labels = joined(clusters(rgb, w, h, step), w, h, step * step / 4);
  const lines = [], sx = width / w, sy = height / h;
  const line = (x, y, way) => lines.push('M' + (x * sx).toFixed(1) + ' ' + (y * sy).toFixed(1) + way);
  for (let i = 0; i < w * h; i += 1) {
    const x = i % w, y = (i - x) / w;
    if (x && labels[i] !== labels[i - 1]) line(x, y, 'v' + sy.toFixed(2));
    if (y && labels[i] !== labels[i - w]) line(x, y, 'h' + sx.toFixed(2));
  }
  return {
    at: (x, y) => labels[Math.min(h - 1, Math.floor(y / sy)) * w + Math.min(w - 1, Math.floor(x / sx))],
    path: lines.join('')
  };
}

// The nearest centre of each pixel, by colour and place; centres look as far as two steps.
function clusters(rgb, w, h, step) {
  const labels = new Int32Array(w * h), near = new Float32Array(w * h);
  const weight = 1200 / (step * step);
  let centres = [];
  for (let y = Math.min(step, h) / 2; y < h; y += step) {
    for (let x = Math.min(step, w) / 2; x < w; x += step) {
      const i = (Math.floor(y) * w + Math.floor(x)) * 4;
      centres.push([x, y, rgb[i], rgb[i + 1], rgb[i + 2]]);
    }
  }
  for (let round = 0; round < 6; round += 1) {
    near.fill(Infinity);
    centres.forEach(function (c, k) {
      for (let y = Math.max(0, Math.ceil(c[1] - step)); y < Math.min(h, c[1] + step); y += 1) {
        for (let x = Math.max(0, Math.ceil(c[0] - step)); x < Math.min(w, c[0] + step); x += 1) {
          const i = y * w + x, j = i * 4;
          const r = rgb[j] - c[2], g = rgb[j + 1] - c[3], b = rgb[j + 2] - c[4];
          const apart = r * r + g * g + b * b + ((x - c[0]) ** 2 + (y - c[1]) ** 2) * weight;
          if (apart < near[i]) {
            near[i] = apart;
            labels[i] = k;
          }
        }
      }
    });
    const sums = centres.map(() => [0, 0, 0, 0, 0, 0]);
    labels.forEach(function (k, i) {
      const x = i % w;
      [x, (i - x) / w, rgb[i * 4], rgb[i * 4 + 1], rgb[i * 4 + 2], 1]
        .forEach((value, n) => { sums[k][n] += value; });
    });
    centres = sums.map((sum, k) => sum[5] ? sum.slice(0, 5).map((s) => s / sum[5]) : centres[k]);
  }
  return labels;
}

// Each connected piece becomes an area of its own; pieces that are too small join a neighbour.
function joined(labels, w, h, least) {
  const made = new Int32Array(w * h).fill(-1);
  for (let start = 0, next = 0; start < made.length; start += 1) {
    if (made[start] >= 0) continue;
    const piece = [start], before = made[start % w ? start - 1 : start - w];
    made[start] = next;
    for (let n = 0; n < piece.length; n += 1) {
      const i = piece[n], x = i % w;
      for (const j of [x ? i - 1 : -1, x < w - 1 ? i + 1 : -1, i - w, i + w]) {
        if (made[j] === -1 && labels[j] === labels[i]) {
          made[j] = next;
          piece.push(j);
        }
      }
    }
    if (piece.length < least && start) piece.forEach((i) => { made[i] = before; });
    else next += 1;
  }
  return made;
}
