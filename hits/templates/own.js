// A fragment that somebody else wrote: ${fields} are filled in as text, its form controls answer
// the questions they are named after.
widgets.own = function (node, item, changed) {
  const panel = item.panels[0];
  const optional = page.settings.questions.filter((one) => one.optional).map((one) => one.name);
  const field = (text) => text.replace(/\$\{\s*([\w.-]+)\s*\}/g, function (whole, name) {
    const at = panel.names.indexOf(name);
    return at < 0 ? whole : panel.values[at];
  });
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  texts.forEach(function (text) {
    // What is in a script would be run, not read.
    const read = !/^(SCRIPT|STYLE)$/.test(text.parentNode.tagName);
    if (read && text.data.includes('\x24{')) text.data = field(text.data);
  });
  all(node, '*').forEach(function (one) {
    Array.from(one.attributes).forEach(function (attribute) {
      const plain = !/^on|^style$/.test(attribute.name);
      if (plain && attribute.value.includes('\x24{')) one.setAttribute(attribute.name, field(attribute.value));
    });
  });

  // Names end in the item's position, so that items do not share a group of radio buttons.
  const controls = all(node, 'input[name], select[name], textarea[name]');
  const words = (name) => (page.settings.questions.find((one) => one.name === name) || {}).text || name;
  const question = (one) => one.name.replace(/-\d+$/, '');
  const names = Array.from(new Set(controls.map(question)));
  const ticks = (one) => one.type === 'radio' || one.type === 'checkbox';
  function value(name) {
    const own = controls.filter((one) => question(one) === name && (!ticks(one) || one.checked));
    return own.length ? own[0].value.trim() : '';
  }
  node.addEventListener('input', changed);
  node.addEventListener('change', changed);
  return {
    get() {
      const given = {};
      names.forEach((name) => { if (value(name)) given[name] = value(name); });
      return given;
    },
    set(saved) {
      controls.forEach(function (one) {
        const kept = saved[question(one)];
        if (ticks(one)) one.checked = one.value === kept;
        else if (kept !== undefined) one.value = kept;
      });
      changed();
    },
    missing() {
      const open = names.filter((name) => !value(name) && !optional.includes(name));
      return open.length ? 'answer: ' + open.map(words).join('; ') : '';
    },
    focus() {
      const open = controls.find((one) => !value(question(one)));
      (open || controls[0]).focus();
    }
  };
};
