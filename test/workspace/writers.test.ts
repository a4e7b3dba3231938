import { spawn } from 'node:child_process';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { scratch } from './crash/scratch.js';
import { oneProject, rowsOf } from './one-project.js';
import { childProgram } from '../support/child-program.js';

t.setTimeout(240_000);

const WRITERS = 20;
const ROUNDS = 5;
const PROGRAM = childProgram('crash/record-writer.js', import.meta.url);

t.test(`${WRITERS} processes that change the same records at once lose nothing`, async (t) => {
  const place = oneProject(scratch(t));
  const names = Array.from({ length: WRITERS }, (_, i) => `writer-${i + 1}`);
  const ends = await Promise.all(
    names.map((name) => run([place.root, place.home, 'count', String(ROUNDS), name])),
  );
  t.same(
    ends.filter((end) => end !== ''),
    [],
    'every process ends well',
  );
  const all = WRITERS * ROUNDS;
  const snapshot = place.workspace.snapshot();
  t.equal(
    snapshot.locate('DISPATCH[pages].priority').cell?.value,
    String(1 + all),
    'no update of a row was lost',
  );
  t.equal(
    snapshot.locate('WRITER[LOCK].consecutive_failures').cell?.value,
    String(all),
    'nor of a document',
  );

  const inbox = snapshot.records('NOTIFICATION');
  t.equal(inbox.length, all);
  t.equal(new Set(inbox.map((record) => record.key)).size, all, 'ids are unique');
  const expected = names
    .flatMap((name) => Array.from({ length: ROUNDS }, (_, i) => `${name} asks ${i + 1}`))
    .sort();
  t.same(
    inbox.map((record) => record.fields.get('action_needed')?.value).sort(),
    expected,
    'every question is there once',
  );

  const audit = rowsOf(snapshot, 'AUDIT', ['seq', 'type', 'target', 'detail']);
  t.same(
    audit.map(([seq]) => Number(seq)),
    audit.map((_, i) => i + 1),
    'rows are numbered without a gap',
  );
  const counted = audit.filter(([, type]) => type === 'count');
  t.equal(counted.length, 2 * all);
  for (const name of names) {
    const own = counted.filter(([, , target]) => target === name).map(([, , , detail]) => detail);
    t.same(
      own,
      Array.from({ length: ROUNDS }, (_, i) => [`${i + 1} a`, `${i + 1} b`]).flat(),
      `the rows of ${name} are in their order`,
    );
  }
  for (let i = 0; i < counted.length; i += 2)
    if (counted[i]?.[2] !== counted[i + 1]?.[2])
      t.fail('the two rows of one commit stand together');

  const steps = rowsOf(snapshot, 'CHANGE', ['address', 'old', 'new']).filter(
    ([address]) => address?.endsWith('#pages.priority') === true,
  );
  t.same(
    steps.map(([, old, now]) => [old, now]),
    Array.from({ length: all }, (_, i) => [String(i + 1), String(i + 2)]),
    'the change log is one step after the other',
  );
  const { ok, findings } = verifyGate(place.root, place.home);
  t.same(findings, []);
  t.ok(ok, 'chains are whole, anchored, and the gate is satisfied');
  t.same(
    snapshot
      .recordDiagnostics('NOTIFICATIONS.md')
      .concat(snapshot.recordDiagnostics('ACTIVE-PROJECTS.md')),
    [],
    'no row is torn',
  );
});

/** What a process complained of; nothing when it ended well. */
function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.on('data', (data) => {
      complaint += String(data);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? '' : `${code} ${complaint}`));
  });
}
