/** `spend accept`: calls may leave again although the ledger has lost rows. */
import { EXIT } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { SPENDING } from '../../../passes/spending-row.js';
import type { ModuleCommand } from '../../types.js';
import { readLedger } from '../ledger/ledger.js';
import { lostRows } from '../ledger/ledger-problems.js';
import { placeText } from '../ledger/named-places.js';
import { meterDirectory } from '../live-meter.js';

export const spendAccept: ModuleCommand = {
  summary: 'accept a ledger that has lost rows, after seeing which',
  forAgents: 'never',
  options: [{ flags: '--yes', description: 'accept it without asking for confirmation' }],
  examples: ['nocturne spend accept'],
  async run(context, { options }) {
    context.requireOwner('accepting the ledger');
    const workspace = context.workspace();
    const directory = meterDirectory(workspace.state);
    const { rows } = readLedger(directory, () => undefined);
    const lost = lostRows(directory, workspace.snapshot());
    if (lost === undefined)
      return {
        exit: EXIT.ok,
        text: 'Nothing to accept: the ledger has every row that the audit log names.',
        json: { accepted: false, lost: null, rows },
      };
    const found = `${lost}. What its rows counted is now counted by what the passes reported.`;
    const isYes =
      options['yes'] === true ||
      (await context.ask?.confirm(`${found}\nGo on with its ${plural(rows, 'row')}?`)) === true;
    if (!isYes)
      return {
        exit: EXIT.refused,
        text: `${found}\nNothing was accepted. If it is right: nocturne spend accept --yes`,
        json: { accepted: false, lost, rows },
      };
    const { actor, authorisation } = context.acting();
    const detail = placeText(directory);
    workspace.commit({
      actor,
      runId: '',
      reason: 'the ledger as it is was accepted',
      changes: [],
      audit: [
        { step: '', type: SPENDING, target: 'ledger', authorisation, result: 'accepted', detail },
      ],
    });
    return {
      exit: EXIT.ok,
      text: `Accepted: the ledger goes on with its ${plural(rows, 'row')}. A row in the audit log records it.`,
      json: { accepted: true, lost, rows },
    };
  },
};
