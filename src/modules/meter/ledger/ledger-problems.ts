/** A ledger with which no call may leave: another program has changed it, or rows are gone. */
import { NocturneError } from '../../../kernel/error.js';
import { broken, type Observation } from '../../../kernel/observation.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { ledgerPath, readLedger } from './ledger.js';
import { lastLost } from './named-places.js';

const WAY_OUT = 'restore the file from a backup, or accept what is there: nocturne spend accept';

/** For `doctor`, which verifies every row. */
export function ledgerProblems(directory: string, snapshot: Snapshot): readonly Observation[] {
  try {
    readLedger(directory, () => undefined);
    const lost = lostRows(directory, snapshot);
    return lost === undefined ? [] : [broken(`no call can leave: ${lost}`, WAY_OUT)];
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    const { message, file, hint } = error.document;
    const where = file === undefined ? '' : `${file}: `;
    return [broken(`no call can leave: ${where}${message}`, hint ?? 'nocturne spend')];
  }
}

/** What the audit log says that the ledger should have; `undefined`: it has it. */
export function lostRows(directory: string, snapshot: Snapshot): string | undefined {
  const named = lastLost(snapshot, directory);
  if (named === undefined) return undefined;
  const run = fieldText(named, 'run_id');
  const when = run === '' ? 'when you accepted it' : `when ${run} ended`;
  return `${ledgerPath(directory)} no longer has the rows that it had ${when}: somebody removed them, or began a new ledger`;
}

/** @throws NocturneError `GATE` if rows are gone. */
export function requireAllRows(directory: string, snapshot: Snapshot): void {
  const lost = lostRows(directory, snapshot);
  if (lost !== undefined) throw new NocturneError('GATE', lost, { hint: WAY_OUT });
}
