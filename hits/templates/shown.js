// A panel of any kind: what stands over it, the thing itself with a rationale on it, and the same
// in words for those who hear the page. Each kind adds itself to panelKinds:
// fill(box, panel) shows it, units(panel) names what was scored, legend[presentation] explains.
const panelKinds = {};
const AMOUNTS = ['not at all', 'a little', 'some', 'much', 'most'];

// Where things are marked alike: from which score on (not counting it).
const ALIKE = { top: 0, marks: 0, only: 0, boxes: 0.5 };

// The step of each score, 0 to 4; what is marked alike has step 3.
function panelLevels(panel) {
  const from = ALIKE[panel.presentation];
  return (panel.scores || []).map(function (score) {
    if (from !== undefined) return score > from ? 3 : 0;
    return score < 0.05 ? 0 : Math.min(4, Math.ceil(score * 4));
  });
}

// `verdict` are the words before the answer that the panel supports, if it has one.
function showPanel(box, panel, verdict) {
  const kind = panelKinds[panel.kind], how = panel.scores ? panel.presentation : 'plain';
  box.textContent = '';
  box.className = 'panel as-' + how + ' ' + (panel.hue || '');
  if (panel.label !== undefined) {
    const line = element('p', 'verdict', (verdict || 'The computer\u2019s answer:') + ' ');
    line.dataset.verdict = '';
    line.append(element('b', '', panel.label));
    box.append(line);
  }
  if (panel.caption) box.append(element('p', 'caption', panel.caption));
  if (how !== 'plain' && kind.legend[how]) box.append(panelLegend(kind.legend[how], how));
  kind.fill(box, panel);
  if (how === 'plain') return;
  const told = element('p', 'unseen', panelSummary(kind, panel));
  told.dataset.summary = '';
  box.append(told);
}

function panelLegend(words, how) {
  const line = element('p', 'legend', words);
  line.dataset.legend = '';
  if (how === 'heat') {
    const run = element('span', 'steps');
    for (let level = 1; level <= 4; level += 1) {
      run.append(' ', element('span', 'w l' + level, AMOUNTS[level]));
    }
    line.append(run);
  }
  return line;
}

// What counted most, in that order; marked alike, in the order in which it stands.
function panelSummary(kind, panel) {
  const steps = panelLevels(panel), scores = panel.scores, units = kind.units(panel);
  const order = Array.from(units.keys()).filter((i) => steps[i] >= (kind.least || 1));
  if (!order.length) return 'No ' + kind.unit + ' counted.';
  if (!(panel.presentation in ALIKE)) order.sort((a, b) => scores[b] - scores[a] || a - b);
  const top = Array.from(new Set(order.map((i) => units[i]))).slice(0, 10);
  const noun = kind.unit[0].toUpperCase() + kind.unit.slice(1) + 's';
  return noun + ' that counted most: ' + top.join(', ') + '.';
}

// A bar on a track that is as long for every word and feature.
function panelMeter(score) {
  const bar = element('span', 'meter');
  bar.style.setProperty('--s', score);
  return bar;
}

widgets.shown = function (node, item) {
  const panel = panelOf(node, item);
  node.hidden = !panel;
  if (panel) showPanel(node.firstElementChild, panel, node.dataset.words);
  return {};
};
