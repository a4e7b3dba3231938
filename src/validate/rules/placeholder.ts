/** Rule placeholder: no text of a template still has to be replaced. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { rangeOf } from '../../markdown/range-of.js';
import { withoutCode } from '../../markdown/without-code.js';
import type { FileRule } from '../rule.js';

/** `{{x}}`, `{OWNER_NAME}`, `<your name>`, TODO notes, and the filler text of typesetters. */
const LEFT =
  /\{\{[^{}\n]+\}\}|\{[A-Z][A-Z0-9_ -]*\}|<(?:your|my|insert|enter|fill in)\b[^<>\n]*>|\b(?:TODO|TBD|FIXME)\b|\b(?:lorem ipsum)\b/gi;
const NOTE = /^(?:todo|tbd|fixme)$/i;
const BRACED = /^\{[^{]/;
const OUTPUTS = /^PROJECTS\/[^/]+\/outputs\//;

export const placeholder: FileRule = {
  kind: 'file',
  id: 'placeholder',
  severity: 'warning',
  suppressible: 'always',
  run: (file) => {
    const { doc, path } = file;
    // Logs quote other texts and cannot be changed; criteria check the outputs.
    if (doc === undefined || file.tier === 'APPEND' || OUTPUTS.test(path) || !mayHold(doc.text))
      return [];
    const found: Diagnostic[] = [];
    for (const match of withoutCode(doc, { comments: true }).matchAll(LEFT)) {
      const [left] = match;
      // Notes and names in braces count only in capitals.
      if ((NOTE.test(left) || BRACED.test(left)) && left !== left.toUpperCase()) continue;
      const range = rangeOf(doc, path, { start: match.index, end: match.index + left.length });
      found.push({
        rule: 'placeholder',
        severity: 'warning',
        message: `"${left}" is a placeholder`,
        range,
        expected: 'the final text',
        actual: left,
        hint: 'replace it, or remove the sentence; put example text in a code span',
      });
    }
    return found;
  },
};

function mayHold(text: string): boolean {
  return text.includes('{') || text.includes('<') || /TODO|TBD|FIXME|lorem/i.test(text);
}
