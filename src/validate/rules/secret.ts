/**
 * Rule secret: no governed file holds a key, a token or a password. What was found is never
 * repeated.
 */
import { lineMap, rangeAt } from '../../kernel/text-position.js';
import { findSecrets } from '../find-secrets.js';
import type { FileRule } from '../rule.js';

export const secret: FileRule = {
  kind: 'file',
  id: 'secret',
  severity: 'error',
  suppressible: 'always',
  run: ({ path, text }) => {
    const found = text === undefined ? [] : findSecrets(text);
    if (text === undefined || found.length === 0) return [];
    const map = lineMap(text);
    return found.map(({ rule, start, end }) => ({
      rule: 'secret',
      severity: 'error' as const,
      message: `a secret of the kind ${rule} stands here`,
      range: rangeAt(map, path, start, end),
      expected: 'the name of an environment variable, or nothing',
      hint: 'replace it at its provider first, then take it out of the file',
    }));
  },
};
