/** What `doctor` says about a ledger that the meter refuses to open. */
import { NocturneError } from '../../../kernel/error.js';
import { broken, type Observation } from '../../../kernel/observation.js';
import type { Snapshot } from '../../../workspace/types.js';
import { ledgerPath, readLedger } from './ledger.js';
import { lostByLast } from './named-places.js';

export function ledgerProblems(directory: string, snapshot: Snapshot): readonly Observation[] {
  try {
    readLedger(directory, () => undefined);
    return lostRows(directory, lostByLast(snapshot, directory));
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    const { message, file, hint } = error.document;
    const where = file === undefined ? '' : `${file}: `;
    return [broken(`no call can leave: ${where}${message}`, hint ?? 'nocturne spend')];
  }
}

/** Until the next pass closes with the ledger that is there. */
function lostRows(directory: string, runId: string | undefined): readonly Observation[] {
  if (runId === undefined) return [];
  const fact = `${ledgerPath(directory)} no longer has the rows that it had when ${runId} ended`;
  const fix = 'restore the file from a backup; what its rows say was spent counts in no limit';
  return [broken(`${fact}: somebody removed them, or began a new ledger`, fix)];
}
