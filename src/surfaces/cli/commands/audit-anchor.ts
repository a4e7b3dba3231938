/** `audit anchor`: the owner accepts logs that differ from their anchors, after seeing how. */
import { plural } from '../../../kernel/words.js';
import { acceptLogs, type ChangedLog, changedLogs } from '../../../integrity/accept-logs.js';
import { closeIncidentsIfPassing } from '../../../integrity/close-incidents.js';
import { verifyGate } from '../../../integrity/gate.js';
import { readLogHead } from '../../../integrity/log-head.js';
import { MANIFEST_FILE } from '../../../integrity/manifest.js';
import { loadOwnerKey } from '../../../integrity/owner-key.js';
import { signManifest } from '../../../integrity/sign.js';
import { signingPlan } from '../../../integrity/signing-plan.js';
import { EXIT } from '../../../kernel/error.js';
import { backupFolder } from '../../../setup/backup-folder.js';
import { readReference } from '../../../setup/reference-files.js';
import { recover } from '../../../workspace/recover.js';
import type { Anchor } from '../../../workspace/storage-types.js';
import type { Snapshot } from '../../../workspace/types.js';
import { ownerName, requireOwner } from '../actor.js';
import { canAsk, confirm, passphraseOf } from '../ask.js';
import { textOption } from '../options.js';
import { printText } from '../print-result.js';
import { ok, unconfirmed } from '../result.js';
import { diffOf } from '../signing-diff.js';
import type { Command, Context } from '../types.js';
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
    const shippedOpening = openingReader(context.packageRoot);
    const changed = changedLogs(workspace, files, shippedOpening);
    const snapshot = workspace.snapshot();
    const older = files.length === 0 ? olderPages(context, snapshot) : undefined;
    if (changed.length === 0 && older === undefined)
      return ok('Nothing to accept: every log matches its anchor.', { anchored: [] });
    const shown = [...changed.map(difference), ...(older === undefined ? [] : [older])].join('\n');
    if (options['yes'] !== true) {
      if (!canAsk(context))
        return unconfirmed(shown, {
          nothing: 'nothing was accepted',
          json: { changed: changed.map(jsonOf) },
        });
      printText(shown, process.stderr);
      if (!(await confirm(question(changed, ownerName(snapshot)))))
        return { exit: EXIT.refused, text: 'Nothing was accepted.', json: { anchored: [] } };
    }
    const key = loadOwnerKey(context.home, await passphraseOf(context));
    for (const warning of key.warnings) context.progress(warning);
    const signedBy = ownerName(snapshot);
    const now = workspace.clock.now();
    const aside = backupFolder({ now, what: 'anchor', paths: snapshot.files.keys() });
    const reason = textOption(options, 'reason') || 'accepted as it is';
    if (changed.length > 0) acceptLogs(workspace, changed, { key, signedBy, reason, aside });
    if (older !== undefined) signManifest(workspace, { files: 'all', key, signedBy, now });
    closeIncidentsIfPassing(workspace, 'nocturne audit anchor');
    const accepted = [
      ...changed.map(({ file }) => file),
      ...(older === undefined ? [] : [MANIFEST_FILE]),
    ];
    return ok(
      [
        ...(options['yes'] === true ? [shown] : []),
        `Accepted: ${accepted.join(', ')}. A signed row in the audit log records it.`,
        ...(changed.some(({ rest }) => rest?.before !== undefined)
          ? [`The files as they were are in ${aside}.`]
          : []),
      ].join('\n'),
      { anchored: changed.map(jsonOf), signed: older !== undefined, key: key.fingerprint },
    );
  },
};

function question(changed: readonly ChangedLog[], owner: string): string {
  if (changed.length === 0) return `Sign the pages of this older copy as ${owner}?`;
  return `Accept ${changed.length === 1 ? 'this log' : 'these logs'} as ${owner}?`;
}

/** What the pages of an older copy of the workspace undo; `undefined` if it is not older. */
function olderPages(context: Context, snapshot: Snapshot): string | undefined {
  const { findings } = verifyGate(snapshot.root, context.home);
  if (!findings.some(({ problem }) => problem === 'manifest-older')) return undefined;
  const plan = signingPlan(snapshot, context.home);
  return [
    `${MANIFEST_FILE}  is an older signature. It undoes these changes:`,
    ...(plan.changed.length === 0
      ? ['  none']
      : plan.changed.map((change) => diffOf(change, plan))),
  ].join('\n');
}

/** The text above the rows, as it is shipped. */
function openingReader(packageRoot: string): (file: string) => string | undefined {
  const reference = readReference(packageRoot);
  return (file) =>
    reference.paths.includes(file)
      ? readLogHead(Buffer.from(reference.text(file)), file)?.opening.text
      : undefined;
}

function difference({ file, line, message, before, after, rest }: ChangedLog): string {
  return [
    `${file}:${line}  ${message}`,
    `  anchored: ${ending(before)}`,
    `  ${rest === undefined ? 'now:     ' : 'is left: '} ${ending(after)}`,
  ].join('\n');
}

function ending(anchor: Anchor | undefined): string {
  if (anchor === undefined) return 'nothing';
  return `${plural(anchor.rows, 'row')}, ${anchor.bytes} bytes, last hash ${anchor.head.slice(0, 8)}`;
}

function jsonOf({ file, message, before, after }: ChangedLog) {
  return { file, message, before: before ?? null, after };
}
