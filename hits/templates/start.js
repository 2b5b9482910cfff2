// Builds the page once everything above is defined.
page.items.forEach(function (item, position) {
  const view = makeView(item, position, function () {
    save.changed();
    steps.refresh();
    view.parts.forEach((part) => {
      if (part.missing && !part.missing()) part.node.classList.remove('open');
    });
    if (!missing(view).length) clearProblems();
  });
  views.push(view);
  byId('items').append(view.root);
});
steps.build();
guardSubmit();
save.ready();
