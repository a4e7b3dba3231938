/** Rule reference-unresolved: a field that names a record names one that exists. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { nearestName } from '../../kernel/nearest-name.js';
import type { WorkspaceRule } from '../rule.js';

/** Looking for what was meant compares with every key; beyond these nobody reads the hints. */
const MOST_HINTS = 50;

export const referenceUnresolved: WorkspaceRule = {
  kind: 'workspace',
  id: 'reference-unresolved',
  severity: 'error',
  suppressible: 'always',
  run: ({ schema, facts, unread }) => {
    const keys = new Map<string, Set<string>>();
    for (const { keys: own } of facts.values()) {
      for (const { object, key } of own) {
        const objectKeys = keys.get(object) ?? new Set<string>();
        keys.set(object, objectKeys.add(key));
      }
    }
    const found: Diagnostic[] = [];
    for (const { references } of facts.values()) {
      for (const { object, key, address, range } of references) {
        const objectKeys = keys.get(object) ?? new Set<string>();
        // An object that R1 does not declare is registry-syntax; one that cannot be read is
        // reported where it stands.
        if (objectKeys.has(key) || !schema.objects.has(object) || unread.has(object)) continue;
        const near = found.length < MOST_HINTS ? nearestName(key, objectKeys) : undefined;
        const advice =
          objectKeys.size === 0
            ? `there is no ${object} yet`
            : `add the ${object}, or correct the name`;
        const hint = near === undefined ? advice : `did you mean "${near}"?`;
        found.push({
          rule: 'reference-unresolved',
          severity: 'error',
          message: `${address} is "${key}", but there is no ${object} of that key`,
          range,
          expected: `the key of a ${object}`,
          actual: key,
          hint,
        });
      }
    }
    return found;
  },
};
