// Panels that no question of their own goes with: examples, sources, outputs.
widgets.rest = function (node, item) {
  const taken = (item.choices || []).map((choice) => choice.panel);
  const rest = item.panels.filter(function (panel, i) {
    return i >= Number(node.dataset.first) && !taken.includes(i);
  });
  const pair = node.classList.contains('last-two') ? element('div', 'beside') : null;
  rest.forEach(function (panel, i) {
    const box = element('div', 'shown'), body = element('div');
    showPanel(body, panel);
    box.append(body);
    (pair && i >= rest.length - 2 ? pair : node).append(box);
  });
  if (pair) node.append(pair);
  return {};
};
