/** `gate`: T0's verification alone. `gate-line.ts` answers it in most cases. */
import { verifyGate } from '../../../integrity/gate.js';
import { NocturneError } from '../../../kernel/error.js';
import { isJournalEmpty } from '../../../workspace/journal-files.js';
import { recover } from '../../../workspace/recover.js';
import { stateDirectory } from '../../../workspace/state-home.js';
import { gateResult } from '../gate-result.js';
import type { Command, CommandResult } from '../types.js';

export const command: Command = {
  examples: ['nocturne gate', 'nocturne gate --json'],
  run: (context) => verdict(context.root(), context.home),
};

/** What an interrupted commit left half done is finished first, as T0 does. */
function verdict(root: string, home: string): CommandResult {
  const report = verifyGate(root, home);
  if (report.ok || isJournalEmpty(root)) return gateResult(report);
  try {
    recover(root, stateDirectory(home, root));
  } catch (error) {
    // An entry that cannot be trusted is one of the findings already.
    if (error instanceof NocturneError && error.code === 'GATE') return gateResult(report);
    throw error;
  }
  return gateResult(verifyGate(root, home));
}
