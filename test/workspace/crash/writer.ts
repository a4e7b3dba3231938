/**
 * A process to be killed: `node writer.js ROOT STATE commit|recover|fill-log [COUNT]
 * [DIE_AT_STEP]`. Prints `ready`, then each generation once it is committed.
 * With a step number it kills itself there, without a chance to clean up.
 */
import { writeSync } from 'node:fs';
import { NocturneError } from '../../../src/kernel/error.js';
import { recover } from '../../../src/workspace/recover.js';
import { transact } from '../../../src/workspace/journal.js';
import { withCommitMutex } from '../../../src/workspace/mutex.js';
import { appendOp, generationOf, opsTo, rowsOf } from './scenario.js';

const [root = '', state = '', task = 'commit', count = '1', dieAt = '0'] = process.argv.slice(2);
const place = { root, state };
let step = 0;
const failpoint = (): void => {
  step++;
  if (step === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
};
const say = (text: string): void => void writeSync(1, `${text}\n`);

say('ready');
if (task === 'recover') recover(root, state, { failpoint });
else if (task === 'fill-log') {
  try {
    transact(root, state, [appendOp(place, 'audit/LOG.md', rowsOf(1, 3))], {
      runId: '',
      reason: '',
    });
  } catch (error) {
    say(error instanceof NocturneError ? `${error.code} ${error.message}` : String(error));
  }
} else {
  for (let done = 0; done < Number(count); done++) {
    const generation = withCommitMutex(root, () => {
      recover(root, state);
      const next = generationOf(place) + 1;
      transact(root, state, opsTo(place, next), {
        runId: 'RUN-20261121-001',
        reason: `generation ${next}`,
        failpoint,
      });
      return next;
    });
    say(String(generation));
  }
}
