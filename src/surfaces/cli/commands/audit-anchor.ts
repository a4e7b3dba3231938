/**
 * `audit anchor`: the owner accepts logs as they are, after seeing how they differ from their
 * anchors.
 */
import { acceptLogs, type ChangedLog, changedLogs } from '../../../integrity/anchor-logs.js';
import { loadOwnerKey } from '../../../integrity/owner-key.js';
import { EXIT } from '../../../kernel/error.js';
import { recover } from '../../../workspace/recover.js';
import type { Anchor } from '../../../workspace/storage-types.js';
import { ownerName, requireOwner } from '../actor.js';
import { canAsk, confirm, passphraseOf } from '../ask.js';
import type { Command, CommandResult } from '../types.js';
import { workspacePath } from '../workspace-path.js';

export const command: Command = {
  args: '[logs...]',
  options: [
    { flags: '--reason <text>', description: 'why the logs differ, for the audit log' },
    { flags: '--yes', description: 'accept them without being asked' },
  ],
  examples: [
    'nocturne audit anchor',
    'nocturne audit anchor audit/AUDIT-LOG.md --reason "restored from the backup of Friday" --yes',
  ],
  async run(context, { args, options }) {
    requireOwner(context, 'accepting a log');
    const workspace = context.workspace();
    recover(workspace.root, workspace.state);
    const files = args.map((file) => workspacePath(context, file));
    const changed = changedLogs(workspace, files);
    if (changed.length === 0)
      return {
        exit: EXIT.ok,
        text: 'Nothing to accept: each log ends where its anchor says.',
        json: { anchored: [] },
      };
    const shown = changed.map(difference).join('\n');
    const snapshot = workspace.snapshot();
    if (options['yes'] !== true) {
      if (!canAsk(context)) return unasked(changed, shown);
      process.stderr.write(`${shown}\n`);
      if (
        !(await confirm(
          `Accept ${changed.length === 1 ? 'this log' : 'these logs'} as ${ownerName(snapshot)}?`,
        ))
      )
        return { exit: EXIT.refused, text: 'Nothing was anchored.', json: { anchored: [] } };
    }
    const key = loadOwnerKey(context.home, await passphraseOf(context));
    for (const warning of key.warnings) context.progress(warning);
    const value = options['reason'];
    const reason = typeof value === 'string' && value !== '' ? value : 'accepted as it stands';
    acceptLogs(workspace, changed, { key, signedBy: ownerName(snapshot), reason });
    return {
      exit: EXIT.ok,
      text: [
        ...(options['yes'] === true ? [shown] : []),
        `Anchored: ${changed.map(({ file }) => file).join(', ')}. The audit log has a signed row about it.`,
      ].join('\n'),
      json: { anchored: changed.map(jsonOf), key: key.fingerprint },
    };
  },
};

function difference({ file, line, message, before, after }: ChangedLog): string {
  return `${file}:${line}  ${message}\n  anchored: ${ending(before)}\n  now:      ${ending(after)}`;
}

function ending(anchor: Anchor | undefined): string {
  if (anchor === undefined) return 'nothing';
  return `${anchor.rows} rows, ${anchor.bytes} bytes, last link ${anchor.head.slice(0, 8)}`;
}

function jsonOf({ file, message, before, after }: ChangedLog) {
  return { file, message, before: before ?? null, after };
}

function unasked(changed: readonly ChangedLog[], shown: string): CommandResult {
  const message = 'nobody can be asked here, so nothing was anchored';
  const hint = 'look at the difference, then run the same command with --yes';
  return {
    exit: EXIT.usage,
    text: `${shown}\nUSAGE: ${message}\n  ${hint}`,
    json: { error: { code: 'USAGE', message, hint }, changed: changed.map(jsonOf) },
  };
}
