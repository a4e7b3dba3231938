/** Rule reference-unresolved: every record that a field names exists. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { nearestName } from '../../kernel/nearest-name.js';
import type { WorkspaceRule } from '../rule.js';

/** A hint costs a comparison with every key, and nobody reads more of them. */
const MOST_HINTS = 50;

export const referenceUnresolved: WorkspaceRule = {
  kind: 'workspace',
  id: 'reference-unresolved',
  severity: 'error',
  suppressible: 'always',
  isTraced: true,
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
        // registry-syntax reports an undeclared object, record-shape an unreadable one.
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
          message: `${address} is "${key}", but there is no ${object} with that key`,
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
