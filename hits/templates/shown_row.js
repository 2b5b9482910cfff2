// A feature row as a table of names and values, whole lines shaded alike whatever their length.
panelKinds.row = {
  unit: 'feature',
  units: (panel) => panel.names,
  legend: {
    heat: 'How much a feature counted:',
    bars: 'The longer the bar, the more the feature counted.',
    top: 'Marked: the features that counted most.'
  },
  fill(box, panel) {
    const table = element('table', 'values'), steps = panelLevels(panel);
    const bars = panel.scores && panel.presentation === 'bars';
    const head = table.createTHead().insertRow(), body = table.createTBody();
    for (const name of ['Feature', 'Value'].concat(bars ? 'Counted' : [])) {
      head.append(headCell('col', name));
    }
    panel.names.forEach(function (name, i) {
      const line = body.insertRow();
      line.append(headCell('row', name), element('td', '', panel.values[i]));
      if (bars) {
        const counted = element('td');
        counted.append(panelMeter(panel.scores[i]), element('span', 'unseen', AMOUNTS[steps[i]]));
        line.append(counted);
      } else if (steps[i]) {
        line.className = 'l' + steps[i];
      }
    });
    box.append(table);
  }
};

function headCell(scope, text) {
  const made = element('th', '', text);
  made.scope = scope;
  return made;
}
