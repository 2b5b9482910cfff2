// A mask as COCO writes it: run lengths down the columns, packed into characters. `bits` holds one
// byte a pixel, column by column, so that the runs lie in a row.
function writeRuns(bits) {
  const runs = [];
  let at = 0, out = '';
  for (let on = 0; at < bits.length || !runs.length; on = 1 - on) {
    const from = at;
    while (at < bits.length && bits[at] === on) at += 1;
    runs.push(at - from);
  }
  runs.forEach(function (run, i) {
    let left = i > 2 ? run - runs[i - 2] : run, more = true;
    while (more) {
      const group = left & 31;
      left >>= 5;
      more = left !== (group & 16 ? -1 : 0);
      out += String.fromCharCode(group + (more ? 80 : 48));
    }
  });
  return out;
}

// Back into `bits`; false, with `bits` left as they were, where the runs do not fit them.
function readRuns(counts, bits) {
  const runs = [];
  let at = 0;
  for (let i = 0; i < counts.length;) {
    let run = 0, shift = 0, group = 32;
    while (group & 32) {
      group = counts.charCodeAt(i) - 48;
      if (!(group >= 0 && group < 64) || shift > 25) return false;
      run |= (group & 31) << shift;
      shift += 5;
      i += 1;
    }
    if (group & 16) run |= -1 << shift;
    if (runs.length > 2) run += runs[runs.length - 2];
    if (run < 0) return false;
    runs.push(run);
    at += run;
  }
  if (at !== bits.length) return false;
  at = 0;
  runs.forEach((run, i) => { bits.fill(i % 2, at, at += run); });
  return true;
}
