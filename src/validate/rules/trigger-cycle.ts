/** Rule trigger-cycle: TRIGGERS edges do not form a cycle. */
import { triggerCycles } from '../../registry/impact.js';
import { registryCell } from '../registry-place.js';
import type { WorkspaceRule } from '../rule.js';

const EDGE_COLUMN = 1;

export const triggerCycle: WorkspaceRule = {
  kind: 'workspace',
  id: 'trigger-cycle',
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot, schema }) =>
    triggerCycles(schema).map(({ nodes, edge }) => ({
      rule: 'trigger-cycle',
      severity: 'error' as const,
      message: `these triggers form a cycle: ${nodes.join(' → ')}`,
      range: registryCell(snapshot, edge.range, EDGE_COLUMN),
      expected: 'TRIGGERS edges that end',
      actual: nodes.join(' → '),
      hint: 'if one file only uses the other, write READS or REFERENCES',
    })),
};
