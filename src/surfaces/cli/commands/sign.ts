/** `sign`: the owner signs protected files as they are now, after seeing what changed in them. */
import { closeIncidentsIfPassing } from '../../../integrity/close-incidents.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { loadOwnerKey } from '../../../integrity/owner-key.js';
import { acceptPrograms, changedPrograms, seenPrograms } from '../../../integrity/seen-programs.js';
import { signManifest, type SignResult } from '../../../integrity/sign.js';
import { type SigningChange, signingPlan } from '../../../integrity/signing-plan.js';
import { validateSnapshot } from '../../../validate/validate-snapshot.js';
import type { Snapshot } from '../../../workspace/types.js';
import { ownerName, requireOwner } from '../actor.js';
import { canAsk, confirm, passphraseOf } from '../ask.js';
import { paintedDiff } from '../show-diff.js';
import { diffOf } from '../signing-diff.js';
import { printText } from '../print-result.js';
import { ok, unconfirmed } from '../result.js';
import type { Command, CommandResult } from '../types.js';
import { workspacePath } from '../workspace-path.js';

export const sign: Command = {
  args: '[files...]',
  options: [
    { flags: '--all', description: 'sign every protected file that changed' },
    { flags: '--yes', description: 'sign without asking for confirmation' },
  ],
  examples: ['nocturne sign SOUL.md', 'nocturne sign --all', 'nocturne sign --all --yes'],
  async run(context, { args, options }) {
    requireOwner(context, 'signing');
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const plan = signingPlan(snapshot, context.home);
    const programs = changedPrograms(snapshot, context.home);
    const changed = [...plan.changed, ...programs];
    const files =
      options['all'] === true ? ('all' as const) : args.map((file) => workspacePath(context, file));
    if (files !== 'all' && files.length === 0)
      throw new NocturneError(
        'USAGE',
        changed.length === 0
          ? 'no protected file has changed since it was signed'
          : `no files were named; these changed: ${changed.map((change) => change.file).join(', ')}`,
        { hint: 'name the files to sign, or give --all' },
      );
    const shown =
      files === 'all' ? changed : changed.filter((change) => files.includes(change.file));
    await refuseWrongValues(snapshot, shown, context.home);
    const accepted = programs.filter((change) => shown.includes(change)).map(({ file }) => file);
    const diffs = shown.map((change) => diffOf(change, plan)).join('\n');
    if (shown.length > 0 && options['yes'] !== true) {
      if (!canAsk(context))
        return unconfirmed(paintedDiff(context, diffs), {
          nothing: 'nothing was signed',
          json: { changes: shown.map(changeJson), diff: diffs },
        });
      printText(paintedDiff(context, diffs), process.stderr);
      if (
        !(await confirm(
          `Sign ${shown.length === 1 ? shown[0]?.file : `these ${shown.length} files`} as ${ownerName(snapshot)}?`,
        ))
      )
        return { exit: EXIT.refused, text: 'Nothing was signed.', json: { signed: [] } };
    }
    const unseen = options['yes'] === true && shown.length > 0 ? paintedDiff(context, diffs) : '';
    const seen = seenPrograms(workspace.state);
    const pages = files === 'all' ? files : files.filter((file) => !seen.includes(file));
    if (pages.length === 0) {
      acceptPrograms(workspace.state, snapshot, accepted);
      return programsOnly(accepted, unseen);
    }
    const key = loadOwnerKey(context.home, await passphraseOf(context));
    for (const warning of key.warnings) context.progress(warning);
    const signedBy = ownerName(snapshot);
    const now = context.clock.now();
    const result = signManifest(workspace, { files: pages, key, signedBy, now });
    acceptPrograms(workspace.state, snapshot, accepted);
    closeIncidentsIfPassing(workspace, 'nocturne sign');
    return report({ ...result, accepted }, key.fingerprint, unseen);
  },
};

/** What would count in another way than the page reads, unseen: `1,000`, a second price. */
const REFUSED = new Set(['field-contract', 'key-unique', 'spending']);

async function refuseWrongValues(
  snapshot: Snapshot,
  changes: readonly SigningChange[],
  home: string,
): Promise<void> {
  const files = new Set(changes.map(({ file }) => file));
  if (files.size === 0) return;
  const [wrong] = (await validateSnapshot(snapshot, { changed: files, home })).filter(
    ({ rule, severity, range }) =>
      REFUSED.has(rule) && severity === 'error' && files.has(range.file),
  );
  if (wrong === undefined) return;
  const { file, line, column } = wrong.range;
  throw new NocturneError('BAD_VALUE', `nothing was signed: ${wrong.message}`, {
    file,
    line,
    column,
    hint: 'correct the value and sign again; nocturne validate shows each one',
  });
}

type Signed = SignResult & { readonly accepted: readonly string[] };

/** The manifest covers no programs, so there is nothing to sign for them. */
function programsOnly(accepted: readonly string[], unseenDiff: string): CommandResult {
  const text = accepted.length === 0 ? 'Unchanged since you last saw it.' : acceptedLine(accepted);
  return ok([unseenDiff, text].filter((part) => part !== '').join('\n'), { signed: [], accepted });
}

function acceptedLine(accepted: readonly string[]): string {
  return `Accepted: ${accepted.join(', ')}. validate reports the next change.`;
}

function report(result: Signed, key: string, unseenDiff: string): CommandResult {
  const lines = [
    ...(unseenDiff === '' ? [] : [unseenDiff]),
    result.signed.length === 0
      ? 'Nothing to sign: no protected file has changed since it was signed.'
      : `Signed with ${key.slice(0, 8)}: ${result.signed.map(({ file }) => file).join(', ')}.`,
    ...(result.accepted.length > 0 ? [acceptedLine(result.accepted)] : []),
    ...(result.pinned ? ['This machine now trusts this key for this workspace.'] : []),
    ...(result.anchored.length > 0
      ? [`Anchored: ${result.anchored.map((log) => log.file).join(', ')}.`]
      : []),
  ];
  return ok(lines.join('\n'), {
    signed: result.signed.map(changeJson),
    accepted: result.accepted,
    pinned: result.pinned,
    anchored: result.anchored.map((log) => log.file),
    key,
  });
}

function changeJson({
  file,
  kind,
  beforeHash,
  afterHash,
}: Omit<SigningChange, 'before' | 'after'>) {
  return { file, kind, before: beforeHash ?? null, after: afterHash ?? null };
}
