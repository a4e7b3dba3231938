/** Rule placeholder: no text of a template still has to be replaced. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { rangeOf } from '../../markdown/range-of.js';
import type { Doc, Span } from '../../markdown/types.js';
import { withoutCode } from '../../markdown/without-code.js';
import type { FileRule } from '../rule.js';

/**
 * `{{x}}`, `{OWNER_NAME}` but not the shell's `${OWNER_NAME}`, `<your name>`, TODO notes, and the
 * filler text of typesetters.
 */
const LEFT =
  /(?<!\$)\{\{[^{}\n]+\}\}|(?<!\$)\{[A-Z][A-Z0-9_ -]*\}|<(?:your|my|insert|enter|fill in)\b[^<>\n]*>|\b(?:TODO|TBD|FIXME)\b|\b(?:lorem ipsum)\b/gi;
const NOTE = /^(?:todo|tbd|fixme)$/i;
const BRACED = /^\{[^{]/;
/** A note to oneself begins a line, a sentence or a value. */
const BEFORE_NOTE =
  /(?:^|[.!?:=|([…—–#]|[-*+>] |\d[.)] |\[[ x]\] |\b(?:is|are|was|were|still)|\*\*|__|["'“‘])\s*$/i;
/** "TODO list", "TODO.md", "TODO/DONE": text about notes. */
const ABOUT_NOTES =
  /^(?:[./]\w|s\b|[ -](?:apps?|boards?|comments?|entry|entries|files?|items?|labels?|lists?|markers?|notes?|pages?|sections?|tags?|tracker)\b)/i;
/** Pages that are forms: what is left to fill in is their purpose. */
const TEMPLATE = /(?:^|\/)_?templates?\/|(?:^|[/._ -])templates?[._ -][^/]*$|template\.md$/i;
const OUTPUTS = /^PROJECTS\/[^/]+\/outputs\//;

export const placeholder: FileRule = {
  kind: 'file',
  id: 'placeholder',
  severity: 'warning',
  suppressible: 'always',
  run: (file) => {
    const { doc, path } = file;
    // Logs quote other texts and cannot be changed; criteria check the outputs.
    return doc === undefined || file.tier === 'APPEND' || OUTPUTS.test(path)
      ? []
      : findPlaceholders(doc, path);
  },
};

export function findPlaceholders(doc: Doc, path: string): readonly Diagnostic[] {
  if (TEMPLATE.test(path) || !mayHold(doc.text)) return [];
  const found: Diagnostic[] = [];
  const prose = withoutCode(doc, { comments: true });
  for (const match of prose.matchAll(LEFT)) {
    const [left] = match;
    // Notes and names in braces count only in capitals.
    if ((NOTE.test(left) || BRACED.test(left)) && left !== left.toUpperCase()) continue;
    const span = { start: match.index, end: match.index + left.length };
    if (NOTE.test(left) && !isNote(prose, span)) continue;
    found.push({
      rule: 'placeholder',
      severity: 'warning',
      message: `"${left}" is a placeholder`,
      range: rangeOf(doc, path, span),
      expected: 'the final text',
      actual: left,
      hint: 'replace it, or remove the sentence; put example text in a code span',
    });
  }
  return found;
}

/** Whether it stands for text that is missing, and is not a word of a sentence or a title. */
function isNote(prose: string, { start, end }: Span): boolean {
  const lineStart = prose.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = prose.indexOf('\n', end);
  const before = prose.slice(lineStart, start);
  const after = prose.slice(end, lineEnd < 0 ? prose.length : lineEnd).replace(/\r$/, '');
  const isTitle = /^ {0,3}#{1,6}\s*$/.test(before) && after.trim() === '';
  if (isTitle || ABOUT_NOTES.test(after)) return false;
  return BEFORE_NOTE.test(before) || /^\s*[:(]/.test(after);
}

function mayHold(text: string): boolean {
  return text.includes('{') || text.includes('<') || /TODO|TBD|FIXME|lorem/i.test(text);
}
