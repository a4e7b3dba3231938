/**
 * `sign`: the owner vouches for protected files as they are now, after seeing what changed in them.
 */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { loadOwnerKey } from '../../../integrity/owner-key.js';
import { signManifest, type SignResult } from '../../../integrity/sign.js';
import {
  type SigningChange,
  type SigningPlan,
  signingPlan,
} from '../../../integrity/signing-plan.js';
import { ownerName, requireOwner } from '../actor.js';
import { canAsk, confirm, passphraseOf } from '../ask.js';
import { paintedDiff, unifiedDiff } from '../show-diff.js';
import type { Command, CommandResult, Context } from '../types.js';
import { workspacePath } from '../workspace-path.js';

export const command: Command = {
  args: '[files...]',
  options: [
    { flags: '--all', description: 'every protected file that changed' },
    { flags: '--yes', description: 'sign without being asked' },
  ],
  examples: ['nocturne sign SOUL.md', 'nocturne sign --all', 'nocturne sign --all --yes'],
  async run(context, { args, options }) {
    requireOwner(context, 'signing');
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const plan = signingPlan(snapshot, context.home);
    const files =
      options['all'] === true ? ('all' as const) : args.map((file) => workspacePath(context, file));
    if (files !== 'all' && files.length === 0)
      throw new NocturneError(
        'USAGE',
        plan.changed.length === 0
          ? 'no protected file changed since it was signed'
          : `which files? These changed: ${plan.changed.map((change) => change.file).join(', ')}`,
        { hint: 'name them, or give --all' },
      );
    const shown =
      files === 'all' ? plan.changed : plan.changed.filter((change) => files.includes(change.file));
    const diffs = shown.map((change) => diffOf(change, plan)).join('\n');
    if (shown.length > 0 && options['yes'] !== true) {
      if (!canAsk(context)) return unasked(context, diffs, shown);
      process.stderr.write(`${paintedDiff(context, diffs)}\n`);
      if (
        !(await confirm(
          `Sign ${shown.length === 1 ? shown[0]?.file : `these ${shown.length} files`} as ${ownerName(snapshot)}?`,
        ))
      )
        return { exit: EXIT.refused, text: 'Nothing was signed.', json: { signed: [] } };
    }
    const key = loadOwnerKey(context.home, await passphraseOf(context));
    for (const warning of key.warnings) context.progress(warning);
    const result = signManifest(workspace, {
      files,
      key,
      signedBy: ownerName(snapshot),
      now: context.clock.now(),
    });
    const unseen = options['yes'] === true && shown.length > 0 ? paintedDiff(context, diffs) : '';
    return report(result, key.fingerprint, unseen);
  },
};

function report(result: SignResult, key: string, unseenDiff: string): CommandResult {
  const lines = [
    ...(unseenDiff === '' ? [] : [unseenDiff]),
    result.signed.length === 0
      ? 'Nothing to sign: every protected file is as it was signed.'
      : `Signed with ${key.slice(0, 8)}: ${result.signed.map(({ file }) => file).join(', ')}.`,
    ...(result.pinned
      ? ['This key is trusted for this workspace on this machine from now on.']
      : []),
    ...(result.anchored.length > 0
      ? [`Anchored: ${result.anchored.map((log) => log.file).join(', ')}.`]
      : []),
  ];
  return {
    exit: EXIT.ok,
    text: lines.join('\n'),
    json: {
      signed: result.signed.map(({ file, kind, beforeHash, afterHash }) => ({
        file,
        kind,
        before: beforeHash ?? null,
        after: afterHash ?? null,
      })),
      pinned: result.pinned,
      anchored: result.anchored.map((log) => log.file),
      key,
    },
  };
}

/**
 * The first signature of all is for the whole set: which files are in it matters, not every line of
 * them.
 */
function diffOf(change: SigningChange, plan: SigningPlan): string {
  const { file, kind, before, after, beforeHash, afterHash } = change;
  if (plan.baseline === 'none') return `${file}  not signed yet (${afterHash?.slice(0, 12)}…)`;
  if (kind === 'changed' && before === undefined)
    return `${file}  changed: what was signed (${beforeHash?.slice(0, 12)}…) is not kept here, so the difference cannot be shown; it is ${afterHash?.slice(0, 12)}… now`;
  if (kind === 'gone' && before === undefined) return `${file}  is gone, or protected no more`;
  if (kind !== 'gone' && after === undefined)
    return `${file}  is not text; it is ${afterHash?.slice(0, 12)}… now`;
  return unifiedDiff({ path: file, before, after });
}

function unasked(context: Context, diffs: string, shown: readonly SigningChange[]): CommandResult {
  const message = 'nobody can be asked here, so nothing was signed';
  const hint = 'look at the difference, then run the same command with --yes';
  const changes = shown.map(({ file, kind, beforeHash, afterHash }) => ({
    file,
    kind,
    before: beforeHash ?? null,
    after: afterHash ?? null,
  }));
  return {
    exit: EXIT.usage,
    text: `${paintedDiff(context, diffs)}\nUSAGE: ${message}\n  ${hint}`,
    json: { error: { code: 'USAGE', message, hint }, changes, diff: diffs },
  };
}
