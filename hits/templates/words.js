// The text of an item, each token an element of its own, what stands between them kept as it was.

const RTL = /[\u0590-\u065f\u066e-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LETTER = /\p{L}/u;
const NUMBER = /\p{N}/u;
const SEEN = /[^\s\p{C}\p{Z}]/u;

// Direction of the first letter that has one: 'rtl', 'ltr' or ''.
function direction(text) {
  for (const character of text) {
    if (RTL.test(character)) return 'rtl';
    if (LETTER.test(character)) return 'ltr';
  }
  return '';
}

// For each token the direction of the phrase it belongs to, '' for the text's own. Neutral
// tokens inside a phrase of the other direction belong to it, so that it reads in its order; a
// number after Latin letters goes with them.
function phrases(tokens, base) {
  const found = tokens.map((token) => {
    const way = direction(token);
    return way === base ? 'base' : way;
  });
  let before = 'base';
  for (let i = 0; i < found.length; i += 1) {
    if (found[i]) {
      before = found[i];
    } else if (before === 'ltr' && NUMBER.test(tokens[i])) {
      found[i] = before;
    } else {
      const after = found.slice(i).find((way) => way) || 'base';
      found[i] = before === after ? before : 'base';
    }
  }
  return found.map((way) => (way === 'base' ? '' : way));
}

function wordElement(token) {
  const word = element('span', SEEN.test(token) ? 'w' : 'w blank', token);
  const way = direction(token);
  if (way) word.dir = way;
  return word;
}

// One text into its block; gaps has one entry more than tokens. Returns the elements.
function fillText(block, tokens, gaps) {
  const made = { words: [], gaps: [] };
  block.dir = direction(tokens.join(' ')) || 'ltr';
  const ways = phrases(tokens, block.dir);
  let phrase = block;
  tokens.forEach(function (token, i) {
    const same = i > 0 && ways[i] === ways[i - 1];
    const gap = element('span', 'g', gaps[i]);
    (same ? phrase : block).append(gap);
    if (!same) {
      phrase = ways[i] ? element('span', 'phrase') : block;
      if (ways[i]) {
        phrase.dir = ways[i];
        block.append(phrase);
      }
    }
    const word = wordElement(token);
    phrase.append(word);
    made.words.push(word);
    made.gaps.push(gap);
  });
  block.append(element('span', 'g', gaps[tokens.length]));
  return made;
}

// The item's text, or both texts of a pair, into box: words[i] is token i, gaps[i] stands before.
function renderWords(box, item) {
  const pair = item.split !== undefined;
  const cuts = pair ? [0, item.split, item.tokens.length] : [0, item.tokens.length];
  const made = { words: [], gaps: [] };
  for (let part = 0; part + 1 < cuts.length; part += 1) {
    const from = cuts[part], to = cuts[part + 1];
    if (pair) box.append(element('p', 'caption', part ? 'Second text' : 'First text'));
    const block = element('div', 'text');
    const filled = fillText(
      block, item.tokens.slice(from, to), item.gaps.slice(from + part, to + part + 1)
    );
    made.words.push(...filled.words);
    made.gaps.push(...filled.gaps);
    box.append(block);
  }
  made.words.forEach((word, i) => { word.dataset.i = i; });
  made.gaps.forEach((gap, i) => { gap.dataset.i = i; });
  return made;
}
