// A list of words, each in a frame of its own; with bars, one line a word.
panelKinds.words = {
  unit: 'word',
  units: (panel) => panel.words,
  legend: { bars: 'The longer the bar, the more the word counted.' },
  fill(box, panel) {
    const list = element('ul', 'words chips');
    const bars = panel.scores && panel.presentation === 'bars';
    panel.words.forEach(function (word, i) {
      const line = element('li'), shown = element('span', SEEN.test(word) ? 'w' : 'w blank', word);
      shown.dir = direction(word) || 'auto';
      line.append(shown);
      if (bars) line.append(panelMeter(panel.scores[i]));
      list.append(line);
    });
    box.append(list);
  }
};
