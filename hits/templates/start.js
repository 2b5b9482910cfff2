// Builds the page once everything above is defined.
page.items.forEach(function (item, position) {
  function changed() {
    if (!views[position]) return;
    save.changed();
    steps.refresh();
    view.parts.forEach((part) => {
      if (part.missing && !part.missing()) part.node.classList.remove('open');
    });
    if (!missing(view).length) clearProblems();
  }
  const view = makeView(item, position, changed);
  protocol.made.forEach((add) => add(view, changed));
  views.push(view);
  byId('items').append(view.root);
});
detach(byId('main'));
count();
steps.build();
if (protocol.gates.length) nextStage(true);
guardSubmit();
save.ready();
