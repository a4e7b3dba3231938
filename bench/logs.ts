/**
 * A log of one million rows: appending, verification, and the gate; and a workspace with 350 MB of
 * logs.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyLog } from '../src/integrity/verify-log.js';
import { link } from '../src/kernel/chain.js';
import { systemClock } from '../src/kernel/clock.js';
import { readAnchors, writeAnchors } from '../src/workspace/anchors.js';
import { openWorkspace } from '../src/workspace/open-workspace.js';
import type { Workspace } from '../src/workspace/types.js';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { longLogs } from './long-logs.js';
import { byTurns, RUNS, timeOf, timeProcess } from './measure.js';
import { type Bench, ms, times } from './result.js';

const PROGRAM = fileURLToPath(new URL('../../bin/nocturne.cjs', import.meta.url));
const LOG = 'audit/AUDIT-LOG.md';
const [FEW, MANY] = [1_000, 1_000_000];
const APPENDS = 31;
const [CONSTANT, ROWS_A_SECOND] = [1.25, 300_000];

type Made = {
  readonly root: string;
  readonly home: string;
  readonly workspace: Workspace;
  readonly rows: number;
};

export const logs: Bench = {
  name: 'logs',
  async run(directory) {
    const small = makeLog(join(directory, 'small'), FEW);
    const big = makeLog(join(directory, 'big'), MANY);
    const [bigMs = 0, smallMs = 0] = await byTurns(
      [() => timeOf(() => append(big.workspace)), () => timeOf(() => append(small.workspace))],
      APPENDS,
    );
    const [verifyMs = 0] = await byTurns([() => timeOf(() => verify(big))]);
    const [gateMs = 0, floor = 0] = await byTurns([() => gate(big), () => gate(small)], RUNS);
    const rate = (MANY / verifyMs) * 1000;
    return [
      {
        name: 'append to 1,000,000 rows',
        figure: ms(bigMs),
        against: `to 1,000 rows ${ms(smallMs)}`,
        ratio: times(bigMs / smallMs),
        limit: `<= ${CONSTANT}x`,
        met: bigMs / smallMs <= CONSTANT,
      },
      {
        name: 'verify 1,000,000 rows',
        figure: ms(verifyMs),
        against: '-',
        ratio: `${Math.round(rate).toLocaleString('en')} rows/s`,
        limit: `>= ${ROWS_A_SECOND.toLocaleString('en')} rows/s`,
        met: rate >= ROWS_A_SECOND,
      },
      {
        name: 'nocturne gate, 1,000,000 rows',
        figure: ms(gateMs),
        against: `1,000 rows ${ms(floor)}`,
        ratio: '-',
        limit: '-',
        met: undefined,
      },
      ...(await longLogs(directory)),
    ];
  },
};

function append(workspace: Workspace): void {
  workspace.commit({
    actor: { kind: 'owner', name: 'bench' },
    runId: '',
    reason: 'bench',
    changes: [],
    audit: [
      {
        step: '',
        type: 'bench',
        target: LOG,
        authorisation: 'owner',
        result: 'ok',
        detail: 'one more row',
      },
    ],
  });
}

function verify({ root, workspace }: Made): void {
  const anchor = readAnchors(workspace.state).logs[LOG];
  const verdict = verifyLog(join(root, LOG), {
    file: LOG,
    anchors: () => (anchor === undefined ? [] : [anchor]),
  });
  if (!verdict.ok || verdict.rows < MANY)
    throw new Error(`the log does not verify: ${JSON.stringify(verdict.firstBad)}`);
}

async function gate({ root, home }: Made): Promise<number> {
  const {
    ms: taken,
    exit,
    stdout,
  } = await timeProcess(process.execPath, [PROGRAM, 'gate'], {
    cwd: root,
    env: { NOCTURNE_HOME: home },
  });
  if (exit !== 0) throw new Error(`the gate ended ${exit}: ${stdout}`);
  return taken;
}

/** A workspace whose audit log has that many more rows, written and anchored as Nocturne does. */
function makeLog(directory: string, rows: number): Made {
  const { root, home } = makeWorkspace(directory, { at: new Date().toISOString() });
  const workspace = openWorkspace(root, { home, clock: systemClock });
  const anchors = readAnchors(workspace.state);
  const anchor = anchors.logs[LOG];
  if (anchor === undefined) throw new Error(`${LOG} has no anchor`);
  const columns =
    readFileSync(join(root, LOG), 'utf8')
      .split('\n')
      .find((line) => line.startsWith('| Seq'))
      ?.split('|').length ?? 0;
  let { head, bytes } = anchor;
  const descriptor = openSync(join(root, LOG), 'a');
  let pending = '';
  for (let i = 1; i <= rows; i++) {
    const run = `RUN-20261120-${String(i % 1000).padStart(3, '0')}`;
    const cells = [
      String(anchor.rows + i),
      '2026-11-20T02:00:00Z',
      run,
      `T${i % 10}`,
      'step',
      'PROJECTS/inventory/outputs/entries.md',
      'scope',
      'ok',
      `row ${i} of the bench`,
      'nocturne worker',
    ];
    if (cells.length + 3 !== columns)
      throw new Error(`${LOG} has ${columns - 2} columns; expected ${cells.length + 1}`);
    head = link(head, cells);
    pending += `| ${cells.join(' | ')} | ${head} |\n`;
    if (pending.length > 1_000_000 || i === rows) {
      bytes += writeSync(descriptor, pending);
      pending = '';
    }
  }
  closeSync(descriptor);
  writeAnchors(workspace.state, {
    version: 1,
    logs: { ...anchors.logs, [LOG]: { head, rows: anchor.rows + rows, bytes } },
  });
  return { root, home, workspace, rows };
}
