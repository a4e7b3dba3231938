/**
 * Before anything that an agent changed is accepted: the rules look at all of it, also at what it
 * committed in the repository of its project.
 */
import { reasonOf, type RuleFinding } from '../../governance/rule-finding.js';
import { defined } from '../../kernel/defined.js';
import { messageOf } from '../../kernel/error.js';
import { globMatches } from '../../kernel/glob.js';
import { type Checks, checksOf } from '../copy/checks.js';
import { copyView } from '../copy/copy-view.js';
import { committedChanges } from '../copy/committed-changes.js';
import { changesInCopy, openCopy } from '../copy/reconcile-copy.js';
import type { ExaminedChange, RefusedPath } from '../module.js';
import { hasExaminers, moduleFindings } from '../modules/module-hooks.js';
import type { Briefed, PassEnvironment, Worked } from '../types.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import {
  blockedBy,
  type Examined,
  type OpenedTree,
  type PendingChanges,
  SCOPE,
} from './examined.js';
import { changesInPlace, openTree } from './changes-in-place.js';

/** Without findings where no module has rules: the guard alone judges. */
export async function examinePass(
  env: PassEnvironment,
  pass: Briefed | Worked,
): Promise<Examined | undefined> {
  const { workspace } = env;
  const { copy } = pass;
  // First of all, because the baseline is read from `.nocturne`.
  let opened: OpenedTree | undefined;
  if (copy === undefined) opened = openTree(workspace, pass);
  else openCopy(workspace, copy);
  if (!hasExaminers(env, baselineSnapshot(workspace, pass.baseline)))
    return opened && { opened, findings: [] };
  const pending =
    copy === undefined
      ? changesInPlace(workspace, pass)
      : changesInCopy(workspace, { ...pass, copy });
  const findings = await findingsIn(env, pass, pending);
  return {
    findings,
    seen: new Map(pending.changed.map(({ path, after }) => [path, after?.hash])),
    ...defined({ opened, blocked: blockedBy(findings) }),
  };
}

async function findingsIn(
  env: PassEnvironment,
  pass: Briefed | Worked,
  pending: PendingChanges,
): Promise<readonly RuleFinding[]> {
  const { runId, project, unit, writes } = pass;
  const committed = commitsOf(env, pass);
  const changes = [...pending.changed, ...(pending.tooled ?? []), ...committed.changes];
  if (changes.length + committed.findings.length === 0) return [];
  const outside = committed.changes.filter(
    ({ path }) => !writes.some((glob) => globMatches(glob, path)),
  );
  const refused = (): readonly RefusedPath[] => [
    ...pending.refused().map(({ difference: { path }, why }) => ({ path, why })),
    ...outside.map(({ path }) => ({ path, why: 'a commit of the agent changes it' })),
  ];
  const checks = programsFor(env, pass);
  try {
    const found = await moduleFindings(env, {
      snapshot: baselineSnapshot(env.workspace, pass.baseline),
      runId,
      project,
      writes,
      changes,
      refused,
      tail: 'outcome' in pass ? pass.outcome.tail : '',
      command: checks.command,
      ...defined({ unit }),
    });
    return [...committed.findings, ...outOfUnit(pass, refused, found), ...found];
  } finally {
    checks.end();
  }
}

/** A step of a plan is proved as a whole: what it may not change undoes the rest of it. */
function outOfUnit(
  { unit }: Briefed | Worked,
  refused: () => readonly RefusedPath[],
  found: readonly RuleFinding[],
): readonly RuleFinding[] {
  if (unit === undefined) return [];
  const known = new Set(found.map(({ file }) => file));
  return refused()
    .filter(({ path }) => !known.has(path))
    .slice(0, 1)
    .map((change) => ({ effect: 'blocks', rule: SCOPE, source: '', ...reasonOf(change) }));
}

type Commits = {
  readonly changes: readonly ExaminedChange[];
  readonly findings: readonly RuleFinding[];
};

/** Commits that nobody can read are not accepted. */
function commitsOf({ workspace }: PassEnvironment, pass: Briefed | Worked): Commits {
  const { copy } = pass;
  if (copy === undefined) return { changes: [], findings: [] };
  try {
    return { changes: committedChanges(workspace.root, copy), findings: [] };
  } catch (error) {
    const message = `the commits of the agent could not be examined: ${messageOf(error)}`;
    return { changes: [], findings: [{ effect: 'blocks', rule: SCOPE, source: '', message }] };
  }
}

/** Programs run on the files as the agent left them, each in a copy of its own. */
function programsFor(env: PassEnvironment, pass: Briefed | Worked): Checks {
  return checksOf(env, pass, () => env.workspace.snapshot(), {
    content: (now) => copyView(now, pass.copy),
    eachAnew: true,
  });
}
