/*
 * Draws what a terminal showed as an SVG: `script -qec 'node bin/sluice.js demo' /dev/null | node scripts/terminal-picture.js > docs/demo.svg`.
 * Promise: text stays text (it can be selected and read aloud); colours are the sixteen of a terminal. Lines beyond `linesMax` are left out
 * in the middle, and said so.
 */
// A terminal's colours and cursor moves begin with ESC.
/* oxlint-disable no-control-regex */
import { text as readAll } from 'node:stream/consumers';

const linesMax = 36;
const columnsMax = 132;
const [cellWidth, lineHeight, margin] = [7.8, 18, 16];
const colours = {
  30: '#586069',
  31: '#f97583',
  32: '#85e89d',
  33: '#ffea7f',
  34: '#79b8ff',
  35: '#b392f0',
  36: '#73e3ff',
  37: '#d1d5da',
  90: '#959da5',
  91: '#fdaeb7',
  92: '#bef5cb',
  93: '#fff5b1',
  94: '#c8e1ff',
  95: '#d1bcf9',
  96: '#b3f0ff',
  97: '#fafbfc',
};

/** What a line shows in the end: what a carriage return overwrote is gone, and so is every escape but colours. */
const shown = (line) =>
  line
    .replace(/\r$/, '')
    .split('\r')
    .at(-1)
    .replaceAll(/\u001b\[[0-9;?]*[A-HJKSTfhlnsu]/g, '');
const width = (line) => line.replaceAll(/\u001b\[[0-9;]*m/g, '').length;
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One line as tspans, cut at `columnsMax`. */
function spans(line) {
  let [colour, bold, dim, room] = ['#d1d5da', false, false, columnsMax];
  const out = [];
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    const codes = /^\u001b\[([0-9;]*)m$/.exec(part)?.[1].split(';').map(Number);
    for (const code of codes ?? []) {
      if (code === 0) [colour, bold, dim] = ['#d1d5da', false, false];
      else if (code === 1) bold = true;
      else if (code === 2) dim = true;
      else if (code === 22) [bold, dim] = [false, false];
      else colour = code === 39 ? '#d1d5da' : (colours[code] ?? colour);
    }
    if (codes || part === '' || room <= 0) continue;
    const style = `fill="${colour}"${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.6"' : ''}`;
    out.push(`<tspan ${style}>${escaped(part.slice(0, room))}</tspan>`);
    room -= part.length;
  }
  return out.join('');
}

const all = (await readAll(process.stdin)).split('\n').map(shown);
while (all.at(-1) === '') all.pop();
const tail = 8;
const lines =
  all.length <= linesMax
    ? all
    : [
        ...all.slice(0, linesMax - tail - 1),
        `\u001b[2m… ${all.length - linesMax + 1} lines …\u001b[22m`,
        ...all.slice(-tail),
      ];
const columns = Math.min(columnsMax, Math.max(...lines.map(width)));
const [pictureWidth, pictureHeight] = [
  Math.ceil(columns * cellWidth + 2 * margin),
  lines.length * lineHeight + 2 * margin,
];
const rows = lines.map(
  (line, row) => `<text x="${margin}" y="${margin + (row + 0.75) * lineHeight}">${spans(line)}</text>`,
);
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${pictureWidth} ${pictureHeight}" width="${pictureWidth}" height="${pictureHeight}">
<rect width="100%" height="100%" rx="8" fill="#1f2428"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" xml:space="preserve">
${rows.join('\n')}
</g>
</svg>
`);
