// A text or a pair of texts: words shaded and underlined by how much they counted, or with a bar
// under each. Bars are as wide under a short word as under a long one; shades are not.
panelKinds.text = panelKinds.pair = {
  unit: 'word',
  units: (panel) => panel.tokens,
  legend: {
    heat: 'How much a word counted:',
    bars: 'The taller the bar under a word, the more the word counted.',
    top: 'Marked: the words that counted most.'
  },
  fill(box, panel) {
    const body = element('div', 'words');
    const words = renderWords(body, panel).words;
    box.append(body);
    if (!panel.scores) return;
    if (panel.presentation === 'bars') {
      panel.scores.forEach((score, i) => words[i].style.setProperty('--s', score));
    } else {
      panelLevels(panel).forEach((level, i) => { if (level) words[i].classList.add('l' + level); });
    }
  }
};
