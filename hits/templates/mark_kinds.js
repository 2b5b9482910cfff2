// Which kind is being marked: radio buttons, or the keys 1 to 4.
function markKinds(node) {
  const inputs = all(node, '[data-kind]'), names = inputs.map((input) => input.dataset.kind);
  node.addEventListener('keydown', function (event) {
    const input = inputs[Number(event.key) - 1];
    if (!input || event.ctrlKey || event.metaKey || event.altKey) return;
    input.checked = true;
    say('Marking as ' + input.dataset.kind);
    event.preventDefault();
  });
  return { names, pen: () => inputs.findIndex((input) => input.checked) };
}
