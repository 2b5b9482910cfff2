// What is told after the last item. It may say what answers were compared with, so none of them
// can be changed any more.
(function () {
  let reached = false;

  function enter(quietly) {
    reached = true;
    views.forEach(freeze);
    enterStage('debriefing', quietly);
  }

  protocol.end = function () {
    enter(false);
    save.changed();
  };
  const ahead = protocol.ahead;
  protocol.ahead = (view) => ahead(view) || (view.position === views.length - 1
    ? 'Next is the last page. Your answers cannot be changed after that.'
    : '');
  protocol.kept.push({
    get: () => ({ debriefed: reached }),
    set(state) { if (state.debriefed === true && !unfinished().length) enter(true); }
  });
})();
