import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { clearIncidents, listIncidents, recordIncident } from '../../src/workspace/incident.js';

const FINDINGS = [{ file: 'SOUL.md', problem: 'file-changed', message: 'changed' }];
const gate = (at: string, message = 'refused') => ({
  kind: 'gate',
  at,
  message,
  findings: FINDINGS,
});

t.test('an incident is kept until it is cleared', async (t) => {
  const state = t.testdir();
  t.strictSame(listIncidents(state), []);
  const id = recordIncident(state, gate('2026-11-21T01:30:00Z'));
  t.equal(id, '2026-11-21T013000Z-gate');
  t.match(listIncidents(state), [
    { id, kind: 'gate', at: '2026-11-21T01:30:00Z', message: 'refused', findings: FINDINGS },
  ]);
  t.equal(clearIncidents(state, ['other']), 0);
  t.equal(clearIncidents(state, [id]), 1);
  t.strictSame(listIncidents(state), []);
});

t.test('the same incident found again every half hour is one incident', async (t) => {
  const state = t.testdir();
  const first = recordIncident(state, gate('2026-11-21T01:30:00Z'));
  t.equal(recordIncident(state, gate('2026-11-21T02:00:00Z')), first);
  t.match(listIncidents(state), [{ at: '2026-11-21T02:00:00Z', first: '2026-11-21T01:30:00Z' }]);
  recordIncident(state, gate('2026-11-21T02:30:00Z'));
  t.match(listIncidents(state), [{ at: '2026-11-21T02:30:00Z', first: '2026-11-21T01:30:00Z' }]);
});

t.test('two incidents of one second are two, in the order of their time', async (t) => {
  const state = t.testdir();
  const later = recordIncident(state, gate('2026-11-21T02:00:00Z', 'a'));
  const second = recordIncident(state, gate('2026-11-21T02:00:00Z', 'b'));
  const earlier = recordIncident(state, gate('2026-11-21T01:00:00Z', 'c'));
  t.strictSame(
    listIncidents(state).map((one) => one.id),
    [earlier, later, second],
  );
  t.equal(clearIncidents(state, [earlier, later, second]), 3);
});

t.test('a file that is no incident is listed as one', async (t) => {
  const state = t.testdir({ incidents: { 'a.json': 'half a fi', 'b.json': '{"kind": "gate"}' } });
  t.match(listIncidents(state), [
    { id: 'a', kind: 'unreadable', message: /not JSON/ },
    { id: 'b', kind: 'unreadable', message: /fields are missing/ },
  ]);
  writeFileSync(join(state, 'incidents', 'note.txt'), 'not looked at');
  t.equal(listIncidents(state).length, 2);
});
