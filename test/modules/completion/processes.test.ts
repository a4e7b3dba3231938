import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import t from 'tap';
import { verifyGate } from '../../../src/integrity/gate.js';
import { readEvents, type TaskEvent } from '../../../src/modules/completion/events.js';
import { sweep } from '../../../src/modules/completion/sweep.js';
import { readTasks } from '../../../src/modules/completion/task-ledger.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { recover } from '../../../src/workspace/recover.js';
import { type LedgerPlace, ledgerPlace } from './ledger-place.js';
import { childProgram } from '../../support/child-program.js';

t.setTimeout(300_000);
const PROGRAM = childProgram('./spawn-child.js', import.meta.url);
const KILLS = Number(process.env['NOCTURNE_KILLS'] ?? 8);
const ORDERS = ['rle', 'rel', 'lre', 'ler', 'erl', 'elr'];

type Child = ChildProcessByStdio<Writable, Readable, null>;
const start = (place: LedgerPlace, ...words: readonly string[]): Child =>
  spawn(process.execPath, [PROGRAM, place.root, place.home, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

t.test(
  'twenty processes at once, each with its reports in another order: twenty right outcomes',
  async (t) => {
    const place = ledgerPlace(t.testdir());
    const children = Array.from({ length: 20 }, (_, n) =>
      start(place, 'one', String(n), ORDERS[n % ORDERS.length] ?? 'rle'),
    );
    const said = children.map(() => '');
    const ready = children.map(
      (child, i) =>
        new Promise<void>((resolve) =>
          child.stdout.on('data', (data) => {
            said[i] += String(data);
            resolve();
          }),
        ),
    );
    await Promise.all(ready);
    const over = children.map((child) => once(child, 'exit'));
    for (const child of children) child.stdin.write('go\n');
    for (const [code] of await Promise.all(over)) t.equal(code, 0);
    const now = openWorkspace(place.root, { home: place.home, clock: systemClock });
    sweep(now, { snapshot: now.snapshot(), runId: '' });
    const late = openWorkspace(place.root, {
      home: place.home,
      clock: { now: () => new Date(Date.now() + 11 * 60_000) },
    });
    sweep(late, { snapshot: late.snapshot(), runId: '' });
    const tasks = readTasks(late.snapshot());
    t.equal(tasks.all.size, 20);
    for (const [n, text] of said.entries()) {
      const id = /id (\S+)/.exec(text)?.[1] ?? '';
      const expected = ['completed', 'dead', 'failed', 'failed'][n % 4];
      t.match(
        tasks.all.get(id),
        {
          state: expected,
          call: `call-${n}`,
          child: n % 4 === 3 ? undefined : `child-${n}`,
          ...(n % 4 === 0 ? { artefact: `PROJECTS/pages/outputs/part-${n}.md` } : {}),
        },
        `${n}: ${ORDERS[n % ORDERS.length]}`,
      );
    }
    t.same(numbersOf(readEvents(late.snapshot())), { gaps: 0, twice: [] });
    t.ok(verifyGate(place.root, place.home).ok);
  },
);

t.test(
  `killed in the middle of appends, ${KILLS} times: the chain is whole, nothing that was said is lost, and nothing is there twice`,
  async (t) => {
    const place = ledgerPlace(t.testdir());
    const claimed: string[] = [];
    for (let kill = 1; kill <= KILLS; kill++) {
      const first = start(place, 'many', `k${kill}a`);
      const writers = [first, start(place, 'many', `k${kill}b`)];
      for (const child of writers)
        child.stdout.on('data', (data) => claimed.push(...String(data).split('\n')));
      await once(first.stdout, 'data');
      // The instant is the point of the test: anywhere in the next reports.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
      for (const child of writers) child.kill('SIGKILL');
      await Promise.all(writers.map((child) => once(child, 'close')));
      recover(place.root, place.workspace.state);
      t.same(verifyGate(place.root, place.home).findings, [], `kill ${kill}`);
    }
    const events = readEvents(place.workspace.snapshot());
    t.same(numbersOf(events), { gaps: 0, twice: [] });
    const tasks = [...readTasks(place.workspace.snapshot()).all.values()];
    const calls = new Map(tasks.map((task) => [task.call, task]));
    const whole = claimed.filter((line) => /^[rle] \S+$/.test(line));
    t.ok(
      whole.length > KILLS,
      `${whole.length} reports were said to be written, ${events.length} are`,
    );
    for (const line of whole) {
      const [step = '', n = ''] = line.split(' ');
      const task = calls.get(`call-${n}`);
      const has =
        task !== undefined &&
        (step === 'r' || (step === 'l' ? task.child === `child-${n}` : task.endedAt !== undefined));
      if (!has) t.fail(`${line} is not in the log`);
    }
    t.equal(new Set(tasks.map((task) => task.id)).size, tasks.length);
  },
);

/**
 * Of the numbers: how many are missing; and events of one kind about one call or child that stand
 * there more than once.
 */
function numbersOf(events: readonly TaskEvent[]): {
  readonly gaps: number;
  readonly twice: readonly string[];
} {
  const seen = new Set<string>();
  const twice = events.flatMap((one) => {
    const name = `${one.event} ${one.event === 'registered' ? one.call : (one.call ?? one.child ?? one.task)}`;
    const again = seen.has(name);
    seen.add(name);
    return again ? [name] : [];
  });
  return { gaps: events.filter((one, i) => one.seq !== i + 1).length, twice };
}
