/** `log RUN`: what a pass was told, called, printed, changed, and how it was judged. */
import { agentWrites } from '../../../passes/agent-writes.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { sha256 } from '../../../kernel/hash.js';
import { fieldText } from '../../../project/field-text.js';
import { rowsOfRun } from '../../../project/recent-rows.js';
import { runDifferences } from '../run-differences.js';
import { runLogText } from '../run-log-text.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { type RunRecord, runRecord } from '../../../passes/run-record.js';
import type { Command } from '../types.js';

export const log: Command = {
  args: '<run>',
  examples: ['nocturne log RUN-20261121-003', 'nocturne log RUN-20261121-003 --json'],
  run(context, { args }) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const id = args[0] ?? '';
    const run = snapshot.record('RUN', id);
    if (run === undefined)
      throw new NocturneError('NOT_FOUND', `there is no run ${id}`, {
        hint: 'nocturne query "SELECT run_id, project, outcome FROM run" lists them',
      });
    const record = runRecord(workspace.state, id);
    const rows = rowsOfRun(snapshot, 'AUDIT', id);
    const brief = rows.find((row) => fieldText(row, 'type') === 'brief');
    const isTrue = record !== undefined && promptIsTrue(record, fieldText(brief, 'detail'));
    const written = [...agentWrites(rows)];
    const changed = runDifferences(snapshot, id, written);
    const zone = ownerZone(snapshot);
    const text = runLogText(context, { run, record, changed, isTrue, zone });
    return {
      exit: EXIT.ok,
      text,
      json: { run: id, written, differences: changed, promptIsTrue: isTrue, record },
    };
  },
};

function promptIsTrue({ prompt, promptSha256 }: RunRecord, logged: string): boolean {
  return sha256(prompt) === promptSha256 && logged.startsWith(`sha256:${promptSha256}`);
}
