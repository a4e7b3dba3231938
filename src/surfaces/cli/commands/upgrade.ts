/** `upgrade`: updates the shipped pages of a workspace and merges or keeps the owner's changes. */
import { EXIT } from '../../../kernel/error.js';
import type { UpgradeVerdict } from '../../../setup/plan-upgrade.js';
import { type Upgraded, upgradeWorkspace } from '../../../setup/upgrade-workspace.js';
import { ownerName, requireOwner } from '../actor.js';
import type { Command } from '../types.js';

export const upgrade: Command = {
  options: [{ flags: '--dry-run', description: 'show what would change, and change nothing' }],
  examples: ['nocturne upgrade --dry-run', 'nocturne upgrade'],
  run(context, { options }) {
    requireOwner(context, 'upgrading');
    const workspace = context.workspace();
    const dryRun = options['dryRun'] === true;
    const upgraded = upgradeWorkspace(workspace, {
      packageRoot: context.packageRoot,
      owner: ownerName(workspace.snapshot()),
      dryRun,
    });
    const { from, to, items, backups, toSign } = upgraded;
    const conflicts = items.filter((item) => item.verdict === 'conflict');
    const json = {
      from: from || null,
      to,
      dryRun,
      items: items.map(({ path, verdict, message }) => ({ path, verdict, message })),
      conflicts: conflicts.map((item) => item.path),
      backups: backups ?? null,
      toSign,
    };
    return {
      exit: conflicts.length > 0 ? EXIT.findings : EXIT.ok,
      text: textOf(upgraded, dryRun),
      json,
    };
  },
};

const ORDER: readonly UpgradeVerdict[] = [
  'conflict',
  'moved',
  'merged',
  'replaced',
  'added',
  'extended',
  'dropped',
  'kept',
];

function textOf({ from, to, items, backups, toSign }: Upgraded, dryRun: boolean): string {
  const versions = from === '' ? `to ${to}, from an unknown version` : `from ${from} to ${to}`;
  if (items.every((item) => item.verdict === 'kept'))
    return `Nothing to upgrade ${versions}: every shipped page is up to date${items.length === 0 ? '' : `, ${items.length} with your changes`}.`;
  const width = Math.max(...items.map((item) => item.verdict.length));
  const lines = ORDER.flatMap((verdict) =>
    items
      .filter((item) => item.verdict === verdict)
      .map((item) => `  ${verdict.padEnd(width)}  ${item.path}: ${item.message}`),
  );
  const after = dryRun
    ? ['', 'Nothing was changed.']
    : [
        ...(backups === undefined
          ? []
          : [
              '',
              `The files as they were are in ${backups}. New versions that you have to merge are in ${backups}/new.`,
            ]),
        ...(toSign.length === 0
          ? []
          : [
              '',
              `No pass runs until you sign ${toSign.length === 1 ? 'one file' : `${toSign.length} files`}: nocturne sign --all shows each change first.`,
            ]),
      ];
  return [`Upgrade ${versions}.`, '', ...lines, ...after].join('\n');
}
