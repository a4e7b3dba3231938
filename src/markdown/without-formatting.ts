/** What a formatter of markdown leaves: texts that differ only in formatting become equal. */

const FENCE = /^\s*(?:`{3,}|~{3,})/;
const DELIMITER = /^\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?)?\s*$/;
const BULLET = /^(\s*)[*+-](\s)/;
const UNDERLINE = /^\s{0,3}(=+|-+)\s*$/;

/**
 * The text without line endings, blanks, and the choices between two spellings of one thing:
 * bullets, emphasis, quotes, escapes, numbers of lists, underlined headings.
 */
export function withoutFormatting(text: string): string {
  const kept: string[] = [];
  let isCode = false;
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    if (FENCE.test(line)) {
      isCode = !isCode;
      kept.push(line.replace(/[`~\s]+/, '```'));
    } else if (DELIMITER.test(line))
      kept.push(line.replace(/-+/g, '-').replace(/^\s*\||\|\s*$/g, ''));
    else if (line.trim() !== '')
      kept.push(isCode ? line.replace(BULLET, '$1-$2') : plainLine(line, kept));
  }
  return kept
    .map((line) => line.replace(/\s+/g, '').replaceAll("'", '"'))
    .join('')
    .replace(/,(?=[}\]])/g, '')
    .replaceAll('_', '*');
}

function plainLine(line: string, before: string[]): string {
  const underline = UNDERLINE.exec(line)?.[1];
  const title = before.at(-1);
  if (underline !== undefined && title !== undefined && !/^[#>|-]/.test(title)) {
    before[before.length - 1] = `${underline.startsWith('=') ? '#' : '##'}${title}`;
    return '';
  }
  return line
    .replace(BULLET, '$1-$2')
    .replace(/^(\s*)\d+[.)](\s)/, '$11.$2')
    .replace(/^\s*(?:\*\s*){3,}$|^\s*(?:_\s*){3,}$/, '---')
    .replace(/^(#+\s.*?)\s+#+\s*$/, '$1')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1');
}
