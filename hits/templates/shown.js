// A text with a rationale: words shaded and underlined by how much they counted.
widgets.shown = function (node, item) {
  const made = renderWords(node.querySelector('.words'), item);
  const scores = item.scores || [];
  const marks = item.presentation === 'marks';
  const verdict = node.querySelector('[data-verdict]');
  verdict.hidden = item.label_shown === undefined;
  node.querySelector('[data-label]').textContent = item.label_shown || '';
  node.querySelector('[data-legend]').hidden = marks || !scores.length;

  scores.forEach(function (score, i) {
    const level = score < 0.05 ? 0 : Math.min(4, Math.ceil(score * 4));
    if (level) made.words[i].classList.add('l' + (marks ? 3 : level));
  });
  node.querySelector('[data-summary]').textContent = summary(item.tokens, scores);
  return {};
};

// The same for those who hear the page: the words that counted most, in that order.
function summary(tokens, scores) {
  const order = scores.map((score, i) => [score, i]).filter((pair) => pair[0] >= 0.05);
  order.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const top = order.slice(0, 10).map((pair) => tokens[pair[1]]);
  return top.length ? 'Words that counted most: ' + top.join(', ') + '.' : 'No word counted.';
}
