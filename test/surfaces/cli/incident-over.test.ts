/**
 * What the gate refused is shown until it passes again, and stays in the audit log. What keeps
 * passes from running is shown as long as it does.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { listIncidents } from '../../../src/workspace/incident.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { environment, placeWithProject, REPORT, WRITES_PAGE } from '../../passes/pass-workspace.js';
import { callForText, type CliPlace } from './run-cli.js';

t.setTimeout(180_000);

const REFUSED = /the integrity gate refused/;

/** @param shown whether they tell the owner about it. */
async function doorsTell(t: Test, place: CliPlace, shown: boolean): Promise<void> {
  for (const words of [['status'], ['briefing'], ['doctor']]) {
    const { text } = await callForText(place, words);
    t.equal(
      REFUSED.test(text),
      shown,
      `${words.join(' ')} ${shown ? 'shows' : 'does not show'} it`,
    );
  }
}

t.test('an incident ends when the gate passes, whoever runs it', async (t) => {
  const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`);
  const soul = join(place.root, 'SOUL.md');
  const signed = readFileSync(soul);
  const tamper = async (): Promise<void> => {
    writeFileSync(soul, 'spoilt');
    t.equal((await callForText(place, ['run', 'worker'])).exit, 3);
  };

  await tamper();
  await doorsTell(t, place, true);
  t.equal((await callForText(place, ['gate'])).exit, 3);
  await doorsTell(t, place, true);
  writeFileSync(soul, signed);
  for (const command of ['status', 'briefing'])
    t.notMatch((await callForText(place, [command])).text, /Incident at|Integrity\./, command);
  t.match(
    (await callForText(place, ['gate'], { env: { NOCTURNE_RUN: 'RUN-20260101-001' } })).text,
    /NOCTURNE|pass/,
  );
  t.equal(listIncidents(place.workspace.state).length, 1, 'an agent that asks ends nothing');
  t.match(await callForText(place, ['gate']), {
    exit: 0,
    text: /The gate passes.*\nOne incident has ended/,
  });
  await doorsTell(t, place, false);
  const shown = (await callForText(place, ['audit', 'show', '--type', 'incident', '--json'])).text;
  t.match(shown, /refused a worker pass .*SOUL\.md.*passes again: nocturne gate/);

  await tamper();
  writeFileSync(soul, signed);
  t.equal((await worker(environment(place), { role: 'worker' })).exit, 0);
  t.same(listIncidents(place.workspace.state), [], 'a pass that the gate lets in ends it as well');
  t.match(
    (await callForText(place, ['audit', 'show', '--type', 'incident', '--json'])).text,
    /passes again: T0 of RUN-/,
  );
});

t.test('a log that was shortened stops passes until the owner accepts it', async (t) => {
  const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`, {
    stop: '- file_exists: never.md',
  });
  t.equal((await worker(environment(place), { role: 'worker' })).exit, 0);
  const log = join(place.root, 'audit/AUDIT-LOG.md');
  const whole = readFileSync(log, 'utf8');
  writeFileSync(log, whole.slice(0, whole.trimEnd().lastIndexOf('\n') + 1));
  t.equal((await callForText(place, ['run', 'worker'])).exit, 3);
  const asked = await callForText(place, ['audit', 'anchor']);
  t.match(asked, {
    exit: 2,
    text: /AUDIT-LOG\.md:\d+ .*cut off\n {2}anchored: \d+ rows.*\n {2}now: {6}\d+ rows/,
  });
  t.match(await callForText(place, ['audit', 'anchor', '--yes']), {
    exit: 0,
    text: /Accepted: audit\/AUDIT-LOG\.md/,
  });
  t.match((await callForText(place, ['run', 'worker'])).text, /T9 +close/, 'the next pass runs');
});

t.test('a page without which no pass runs is named wherever the owner looks', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT);
  const dispatch = join(place.root, 'ACTIVE-PROJECTS.md');
  const whole = readFileSync(dispatch, 'utf8');
  const said = async (): Promise<readonly string[]> =>
    Promise.all(
      [['status'], ['briefing'], ['doctor']].map(
        async (words) => (await callForText(place, words)).text,
      ),
    );
  writeFileSync(dispatch, whole.replace(/^(\| 1 \| pages \|).*$/m, '$1'));
  t.equal((await callForText(place, ['run', 'manager'])).exit, 2);
  for (const text of await said())
    t.match(text, /ACTIVE-PROJECTS\.md cannot be read at line 10, so no pass runs/);
  writeFileSync(dispatch, whole);
  rmSync(join(place.root, 'LOCK.md'));
  for (const text of await said())
    t.equal(text.match(/LOCK\.md is missing, and no pass could end/g)?.length, 1, 'once');
  t.equal((await callForText(place, ['upgrade'])).exit, 0);
  for (const text of await said()) t.notMatch(text, /no pass (?:could|runs)/);
});
