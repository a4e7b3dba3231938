/**
 * One of many processes that want the same files: `node contender.js ROOT STATE NAME ROUNDS MODE`.
 * Every round adds one to two counters
 * and a row to a log. `locked`: reads and writes under the mutex; `optimistic`: reads first, and
 * computes again when somebody was quicker;
 * `bare`: under the mutex alone, with a plain file write that only mutual exclusion protects;
 * `lease`: takes and gives back the pass lease.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/kernel/clock.js';
import { NocturneError } from '../../../src/kernel/error.js';
import { sha256 } from '../../../src/kernel/hash.js';
import { transact } from '../../../src/workspace/journal.js';
import { claimPass, releaseClaim } from '../../../src/workspace/pass-lock.js';
import { withCommitMutex } from '../../../src/workspace/mutex.js';
import type { StorageOp } from '../../../src/workspace/storage-types.js';
import { appendOp } from './scenario.js';

const [root = '', state = '', name = '', rounds = '1', mode = 'locked'] = process.argv.slice(2);
const place = { root, state };
const LOG = 'audit/LOG.md';

const increment = (path: string): StorageOp => {
  const bytes = readFileSync(join(root, path));
  return {
    kind: 'write',
    path,
    content: Buffer.from(`${Number(bytes.toString()) + 1}\n`),
    before: sha256(bytes),
  };
};
const once = (round: number): void => {
  const ops = [
    increment('one.md'),
    increment('two.md'),
    appendOp(place, LOG, [[name, `round ${round}`]]),
  ];
  transact(root, state, ops, { runId: name, reason: `round ${round}` });
};

function untilDone(action: () => void, code: NocturneError['code']): void {
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code !== code) throw error;
    }
  }
}

for (let round = 1; round <= Number(rounds); round++) {
  if (mode === 'locked') withCommitMutex(root, () => once(round));
  else if (mode === 'optimistic') untilDone(() => once(round), 'CONFLICT');
  else if (mode === 'bare') {
    withCommitMutex(root, () => {
      const path = join(root, 'bare.md');
      writeFileSync(path, String(Number(readFileSync(path, 'utf8')) + 1));
    });
  } else {
    untilDone(() => {
      const { claim } = claimPass(root, state, {
        runId: name,
        role: 'worker',
        ttlMs: 60_000,
        clock: systemClock,
      });
      writeFileSync(join(root, `fence-${claim.fence}`), name, { flag: 'wx' });
      releaseClaim(root, state, { fence: claim.fence });
    }, 'LOCKED');
  }
}
