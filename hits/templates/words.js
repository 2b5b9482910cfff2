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
function phrases(tokens, own, base) {
  const found = own.map((way) => (way === base ? 'base' : way)), next = [];
  for (let i = found.length, after = 'base'; i--;) next[i] = after = found[i] || after;
  let before = 'base';
  for (let i = 0; i < found.length; i += 1) {
    if (found[i]) before = found[i];
    else if (before === 'ltr' && NUMBER.test(tokens[i])) found[i] = before;
    else found[i] = before === next[i] ? before : 'base';
  }
  return found.map((way) => (way === 'base' ? '' : way));
}

// One text into its block; gaps has one entry more than tokens. Adds the elements to made, a
// sentence for each token that starts one.
function fillText(block, tokens, gaps, starts, made) {
  const own = tokens.map(direction), base = own.find((way) => way) || 'ltr';
  const ways = phrases(tokens, own, base);
  let line = block, phrase = block;
  block.dir = base;
  function gap(i) {
    const node = element('span', 'g', gaps ? gaps[i] : i && i < tokens.length ? ' ' : '');
    node.dataset.i = made.words.length;
    return node;
  }
  tokens.forEach(function (token, i) {
    const fresh = starts.includes(made.words.length), same = !fresh && i && ways[i] === ways[i - 1];
    const before = gap(i);
    (fresh ? block : same ? phrase : line).append(before);
    if (fresh) {
      line = element('span', 'sentence');
      block.append(line);
      made.sentences.push(line);
    }
    if (!same) {
      phrase = ways[i] ? element('span', 'phrase') : line;
      if (ways[i]) {
        phrase.dir = ways[i];
        line.append(phrase);
      }
    }
    const word = element('span', SEEN.test(token) ? 'w' : 'w blank', token);
    if (own[i]) word.dir = own[i];
    word.dataset.i = made.words.length;
    phrase.append(word);
    made.words.push(word);
    made.gaps.push(before);
  });
  block.append(gap(tokens.length));
}

// The item's text, or both texts of a pair, into box: words[i] is token i, gaps[i] stands before.
// Data without gaps mean single spaces; with sentences, each is an element around its words.
function renderWords(box, item) {
  const pair = item.split !== undefined;
  const cuts = pair ? [0, item.split, item.tokens.length] : [0, item.tokens.length];
  const made = { words: [], gaps: [], sentences: [] };
  for (let part = 0; part + 1 < cuts.length; part += 1) {
    const from = cuts[part], to = cuts[part + 1], block = element('div', 'text');
    const gaps = item.gaps && item.gaps.slice(from + part, to + part + 1);
    if (pair) box.append(element('p', 'caption', part ? 'Second text' : 'First text'));
    fillText(block, item.tokens.slice(from, to), gaps, item.sentences || [], made);
    box.append(block);
  }
  return made;
}
