/** What an owner allows beyond a limit counts once, in the period for which it was allowed. */
import t from 'tap';
import { raisedBy, raiseFor, raiseText } from '../../src/governance/raised-limits.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { rows, smallWorkspace } from './small-workspace.js';

const COLUMNS = [
  ...['Seq', 'Time', 'Run id', 'Step', 'Type', 'Target', 'Authorisation', 'Result', 'Detail'],
  ...['Actor', 'Chain'],
];

type Allowing = { readonly scope: string; readonly target: string; readonly at: string };

function allowed(
  t: { testdir(content?: Record<string, string>): string },
  { scope, target, at }: Allowing,
  now: string,
): Snapshot {
  const night = new Date(Date.parse(at) - 12 * 3_600_000).toISOString().slice(0, 10);
  const detail = raiseText({ scope, unit: 'cost', amount: 5, night });
  const row = [1, at, 'RUN-1', 'T1', 'limit_raise', target, 'N-1', 'ok', detail, 'worker', 'x'];
  return smallWorkspace(
    t,
    { 'audit/AUDIT-LOG.md': `# Audit log\n\n${rows('Log', COLUMNS, [row])}` },
    new Date(now),
  );
}

t.test('more for a month counts in that month, also in the night that ends it', async (t) => {
  const november = { scope: 'month', target: 'month', at: '2026-11-30T22:00:00Z' };
  const more = (allowing: Allowing, now: string): number =>
    raisedBy(allowed(t, allowing, now), { scope: 'month', target: 'month', unit: 'cost' });
  t.equal(more(november, '2026-11-30T23:59:00Z'), 5);
  t.equal(more(november, '2026-12-01T00:01:00Z'), 0, 'the limit of December is as it was');
  const december = { ...november, at: '2026-12-01T00:30:00Z' };
  t.equal(more(december, '2026-12-01T01:00:00Z'), 5);
  t.equal(more(december, '2026-12-20T01:00:00Z'), 5);
});

t.test('more for a project is not more for one pass', async (t) => {
  const at = '2026-11-21T02:00:00Z';
  const amountOf = (scope: string): number | undefined =>
    raiseFor(allowed(t, { scope, target: 'pages', at }, '2026-11-21T03:00:00Z'), 'pages')?.amount;
  t.equal(amountOf('pass'), 5);
  t.equal(amountOf('project'), undefined);
  t.equal(amountOf('month'), undefined);
});
