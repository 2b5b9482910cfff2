// One of the item's own choices, each in a card: words, or one of its panels. What the question
// itself offers beside them ("both alike") follows. They are radio buttons of one name.
widgets.pick = function (node, item, changed) {
  const cards = node.querySelector('.cards'), choices = item.choices || [];
  cards.classList.toggle('many', choices.length > 4);
  choices.forEach(function (choice, i) {
    const card = element('div', 'pickcard'), input = element('input');
    const panel = choice.panel === undefined ? null : item.panels[choice.panel];
    const words = panel ? String.fromCharCode(65 + i) : choice.text;
    const label = element('label', panel ? 'letter' : '', words);
    Object.assign(input, { type: 'radio', name: node.name, value: i, id: node.name + '-' + i });
    label.htmlFor = input.id;
    card.append(input, label);
    if (panel) {
      const box = element('div');
      showPanel(box, panel);
      box.id = input.id + '-panel';
      input.setAttribute('aria-describedby', box.id);
      card.append(box);
    }
    cards.append(card);
  });
  return widgets.choice(node, item, changed);
};
