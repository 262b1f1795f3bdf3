// A picture of a terminal, as SVG.

/** Of a character in the font, in pixels. */
const WIDTH = 8.4;
const LINE = 19;
const PADDING = 20;

/**
 * @param lines each a list of `{ text, fill, back }`: a text, its colour, and that behind it if there is one
 * @param label what the picture shows, for those who do not see it
 */
export function terminalPicture(lines, label) {
  const lengths = lines.map((line) => line.reduce((sum, { text }) => sum + text.length, 0));
  const width = Math.ceil(Math.max(...lengths) * WIDTH + 2 * PADDING);
  const height = lines.length * LINE + 2 * PADDING;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">
<rect width="100%" height="100%" rx="8" fill="#1b2129"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">
${lines.flatMap((line, at) => drawn(line, PADDING + LINE * at)).join('\n')}
</g>
</svg>
`;
}

function drawn(line, top) {
  const parts = [];
  let column = 0;
  for (const { text, fill, back } of line) {
    const left = +(PADDING + column * WIDTH).toFixed(1);
    const width = +(text.length * WIDTH).toFixed(1);
    column += text.length;
    if (back) parts.push(`<rect x="${left}" y="${top}" width="${width}" height="${LINE}" fill="${back}"/>`);
    // Its length is told: a font of another width would pull the columns apart.
    if (text.trim() !== '') {
      parts.push(`<text x="${left}" y="${top + 14}" textLength="${width}" fill="${fill}">${escaped(text)}</text>`);
    }
  }
  return parts;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
