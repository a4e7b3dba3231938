/** `audit anchor`: the owner accepts logs that differ from their anchors, after seeing how. */
import { acceptLogs, type ChangedLog, changedLogs } from '../../../integrity/anchor-logs.js';
import { loadOwnerKey } from '../../../integrity/owner-key.js';
import { EXIT } from '../../../kernel/error.js';
import { recover } from '../../../workspace/recover.js';
import { printText } from '../print-result.js';
import type { Anchor } from '../../../workspace/storage-types.js';
import { ownerName, requireOwner } from '../actor.js';
import { canAsk, confirm, passphraseOf } from '../ask.js';
import { textOption } from '../options.js';
import { ok, unconfirmed } from '../result.js';
import type { Command } from '../types.js';
import { workspacePath } from '../workspace-path.js';

export const auditAnchor: Command = {
  args: '[logs...]',
  options: [
    { flags: '--reason <text>', description: 'why the logs differ, for the audit log' },
    { flags: '--yes', description: 'accept the logs without asking for confirmation' },
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
      return ok('Nothing to accept: every log matches its anchor.', { anchored: [] });
    const shown = changed.map(difference).join('\n');
    const snapshot = workspace.snapshot();
    if (options['yes'] !== true) {
      if (!canAsk(context))
        return unconfirmed(shown, {
          nothing: 'no log was accepted',
          json: { changed: changed.map(jsonOf) },
        });
      printText(shown, process.stderr);
      if (
        !(await confirm(
          `Accept ${changed.length === 1 ? 'this log' : 'these logs'} as ${ownerName(snapshot)}?`,
        ))
      )
        return { exit: EXIT.refused, text: 'No log was accepted.', json: { anchored: [] } };
    }
    const key = loadOwnerKey(context.home, await passphraseOf(context));
    for (const warning of key.warnings) context.progress(warning);
    const reason = textOption(options, 'reason') || 'accepted as it is';
    acceptLogs(workspace, changed, { key, signedBy: ownerName(snapshot), reason });
    return ok(
      [
        ...(options['yes'] === true ? [shown] : []),
        `Accepted: ${changed.map(({ file }) => file).join(', ')}. A signed row in the audit log records it.`,
      ].join('\n'),
      { anchored: changed.map(jsonOf), key: key.fingerprint },
    );
  },
};

function difference({ file, line, message, before, after }: ChangedLog): string {
  return `${file}:${line}  ${message}\n  anchored: ${ending(before)}\n  now:      ${ending(after)}`;
}

function ending(anchor: Anchor | undefined): string {
  if (anchor === undefined) return 'nothing';
  return `${anchor.rows} rows, ${anchor.bytes} bytes, last hash ${anchor.head.slice(0, 8)}`;
}

function jsonOf({ file, message, before, after }: ChangedLog) {
  return { file, message, before: before ?? null, after };
}
