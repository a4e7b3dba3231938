/**
 * Rule secret: no governed file contains a key, a token or a password. Messages never repeat it.
 */
import { lineMap, rangeAt } from '../../kernel/text-position.js';
import { findSecrets } from '../find-secrets.js';
import type { FileRule } from '../rule.js';

export const secret: FileRule = {
  kind: 'file',
  id: 'secret',
  severity: 'error',
  suppressible: 'always',
  run: ({ path, text, hash }) => {
    const found = text === undefined ? [] : findSecrets(text, hash);
    if (text === undefined || found.length === 0) return [];
    const map = lineMap(text);
    return found.map(({ rule, start, end }) => ({
      rule: 'secret',
      severity: 'error' as const,
      message: `this is a secret of the kind ${rule}`,
      range: rangeAt(map, path, start, end),
      expected: 'the name of an environment variable, or nothing',
      hint: 'replace it at its provider first, then remove it from the file',
    }));
  },
};
