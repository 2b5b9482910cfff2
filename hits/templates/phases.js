// Items in phases: the next phase opens when this one is finished, and there is no way back.
(function () {
  const order = [];
  page.items.forEach((item) => { if (!order.includes(item.phase)) order.push(item.phase); });
  const at = (view) => order.indexOf(view.item.phase);

  protocol.made.push(function (view) {
    const part = element('p', 'part', 'Part ' + (at(view) + 1) + ' of ' + order.length);
    part.hidden = order.length === 1;
    view.root.prepend(part);
  });
  protocol.needs.push((to) => views.filter((view) => at(view) < at(to) && missing(view).length));
  protocol.shown.push(function (to) {
    views.forEach((view) => { if (at(view) < at(to)) freeze(view); });
  });
  protocol.ahead = function (view) {
    const to = views[view.position + 1];
    return to && at(to) > at(view)
      ? 'Next begins part ' + (at(to) + 1) + '. You cannot come back to this part after that.'
      : '';
  };
})();
