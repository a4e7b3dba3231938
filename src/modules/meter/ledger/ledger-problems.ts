/** What `doctor` says about a ledger that the meter refuses to open. */
import { NocturneError } from '../../../kernel/error.js';
import { broken, type Observation } from '../../../kernel/observation.js';
import { readLedger } from './ledger.js';

export function ledgerProblems(directory: string): readonly Observation[] {
  try {
    readLedger(directory, () => undefined);
    return [];
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    const { message, file, hint } = error.document;
    const where = file === undefined ? '' : `${file}: `;
    return [broken(`no call can leave: ${where}${message}`, hint ?? 'nocturne spend')];
  }
}
