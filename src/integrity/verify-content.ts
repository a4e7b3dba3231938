/** Verifies what would become a log, before it is written to the workspace. */
import { join } from 'node:path';
import { rmSync, writeFileSync } from '../kernel/files.js';
import { type LogExpectation, type LogVerdict, verifyLog } from './verify-log.js';

/** As `verifyLog`, in a file of the state directory. */
export function verifyContent(
  place: { readonly state: string },
  log: LogExpectation & { readonly content: Buffer },
): LogVerdict {
  const { content, ...expected } = log;
  const staged = join(place.state, 'log-to-check');
  try {
    writeFileSync(staged, content, { mode: 0o600 });
    return verifyLog(staged, expected);
  } finally {
    rmSync(staged, { force: true });
  }
}
