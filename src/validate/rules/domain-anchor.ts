/** Rule domain-anchor: SOUL.md says what the work is about. */
import { isOwned } from '../is-owned.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

export const domainAnchor: WorkspaceRule = {
  kind: 'workspace',
  id: 'domain-anchor',
  severity: 'warning',
  suppressible: 'always',
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('DOMAIN');
    if (object === undefined) return [];
    return snapshot.records('DOMAIN').flatMap((record) => {
      if ((record.fields.get('domain_anchor')?.value ?? '') !== '') return [];
      const severity = isOwned(snapshot) ? ('warning' as const) : ('info' as const);
      return [
        {
          rule: 'domain-anchor',
          severity,
          message: 'the domain anchor is empty, so Nocturne never proposes a project',
          range: fieldRange(object, record, 'domain_anchor'),
          expected: 'one sentence: for whom, and about what',
          actual: 'nothing',
          hint: `write it, then sign ${record.file}`,
        },
      ];
    });
  },
};
