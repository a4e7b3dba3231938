/** The repairs of `doctor --fix`: exact ones need no yes; a side of a conflict is the owner's. */
import { carryOutRepairs } from '../../integrity/carry-out-repairs.js';
import { closeIncidentsIfPassing } from '../../integrity/close-incidents.js';
import { verifyGate } from '../../integrity/gate.js';
import { type PageProblems, pageProblems } from '../../integrity/page-problems.js';
import { planRepairs } from '../../integrity/plan-repairs.js';
import { readableTrust } from '../../integrity/trust.js';
import { conflictSides } from '../../markdown/conflict-markers.js';
import { backupFolder } from '../../setup/backup-folder.js';
import type { Snapshot } from '../../workspace/types.js';
import { ownerName } from './actor.js';
import { canAsk, confirm } from './ask.js';
import { printText } from './print-result.js';
import { paintedDiff, unifiedDiff } from './show-diff.js';
import type { Context, Parsed } from './types.js';

/** @returns what was done, in sentences without their full stops. */
export async function repairWorkspace(
  context: Context,
  options: Parsed['options'],
): Promise<readonly string[]> {
  const workspace = context.workspace();
  const { root, state, home, clock } = workspace;
  const publicKey = readableTrust(state)?.publicKey;
  if (publicKey === undefined) return [];
  const snapshot = workspace.snapshot();
  const plan = planRepairs(workspace, publicKey);
  const pages = pageProblems(snapshot);
  const conflicts = await chosen(context, { snapshot, pages, yes: options['yes'] === true });
  const { done, recorded } = carryOutRepairs(workspace, {
    repairs: plan.repairs,
    copies: [...plan.copies, ...pages.copies],
    conflicts,
    journal: verifyGate(root, home).findings.flatMap(({ problem, file }) =>
      problem === 'journal' && file.endsWith('.entry') ? [file] : [],
    ),
    aside: backupFolder({ now: clock.now(), what: 'repair', paths: snapshot.files.keys() }),
    owner: ownerName(snapshot),
  });
  if (done.length > 0) closeIncidentsIfPassing(workspace, 'nocturne doctor --fix');
  return done.length === 0 || recorded
    ? done
    : [...done, 'did not record this, because a log is damaged'];
}

async function chosen(
  context: Context,
  found: { readonly snapshot: Snapshot; readonly pages: PageProblems; readonly yes: boolean },
): Promise<PageProblems['conflicts']> {
  const { conflicts } = found.pages;
  if (conflicts.length === 0 || found.yes) return conflicts;
  const diff = conflicts
    .map(({ file }) => {
      const before = found.snapshot.text(file) ?? '';
      return unifiedDiff({ path: file, before, after: conflictSides(before)[0] });
    })
    .join('\n');
  printText(paintedDiff(context, diff), process.stderr);
  if (canAsk(context)) {
    const question = 'Keep your own side of these conflicts? The files are copied first.';
    return (await confirm(question)) ? conflicts : [];
  }
  context.progress('To keep your own side of these conflicts, run the same command with --yes.');
  return [];
}
