/** What a pass for a task of another node does: its package goes in, its change set comes out. */
import { dirname, join } from 'node:path';
import type { RuleFinding } from '../../../governance/rule-finding.js';
import type { Unit, UnitVerdict } from '../../../governance/unit.js';
import { inScope } from '../../../governance/guard/route.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { chmodSync, mkdirSync, writeFileSync } from '../../../kernel/files.js';
import { sha256 } from '../../../kernel/hash.js';
import type {
  BeforeContext,
  ExamineContext,
  ModuleChange,
  UnitCopyContext,
  UnitWork,
} from '../../../passes/module.js';
import { onFiles } from '../../../workspace/storage-error.js';
import { readIdentity } from '../identity.js';
import { eventChange, headOf } from '../log/mesh-log.js';
import { keptRoster, keysOf } from '../roster.js';
import { writeResult } from '../tasks/claim-store.js';
import type { Claim } from '../tasks/task.js';
import { signValue } from '../wire/jws.js';
import { taskKey } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import type { FileVersion, RemoteChange, RemoteChangeSet, TaskPackage } from './change-set.js';
import { claimOfUnit, guestFolder } from './guest-units.js';
import { keptObject } from './kept-objects.js';
import { LARGEST_CHANGE_SET, LONGEST_SUMMARY } from './open-change-set.js';
import { modeOf, openPackage } from './pack.js';
import { keepNote, noteOf } from './run-note.js';

/** @throws NocturneError `CONFLICT` if the package cannot be taken. */
export function prepareGuest(unit: Unit, { copy, state }: UnitCopyContext): void {
  const { claim, files } = packageOf(unit, state);
  const folder = join(copy.folder, guestFolder(claim.owner, claim.spec.task));
  onFiles(folder, 'copy to', () => {
    for (const { path, mode, content } of files) {
      const to = join(folder, path);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, Buffer.from(content, 'base64'));
      chmodSync(to, modeOf(mode));
    }
  });
}

/** What the task does not allow to change undoes the rest of it. */
export function examineGuest(context: ExamineContext, state: string): readonly RuleFinding[] {
  const { unit, changes } = context;
  if (unit === undefined) return [];
  const { claim, files } = packageOf(unit, state);
  const left = new Map(changes.map(({ path, after }) => [path, { hash: after?.hash }]));
  const changed = changesOf(claim, files, left);
  return changed
    .filter(({ path }) => !inScope(claim.spec.writes, path, false))
    .map(({ path }) => ({
      effect: 'blocks',
      rule: 'mesh',
      source: '',
      message: `the task ${claim.spec.task} of ${claim.owner} does not allow to change it`,
      file: path,
    }));
}

/** Signs what the agent of a proved unit changed. Safe to call again. */
export function keepGuest(unit: Unit, work: UnitWork): void {
  const { state, snapshot, verdict, accepted, report } = work;
  const identity = readIdentity(state);
  if (verdict.outcome !== 'proved' || identity === undefined) return;
  const { claim, files } = packageOf(unit, state);
  const { owner, spec, attempt, package: packed } = claim;
  const folder = `${guestFolder(owner, spec.task)}/`;
  const found = new Map(accepted.map((change) => [change.path, change]));
  const left = new Map(
    accepted.map(({ path, after, mode }) => [path, { hash: after?.hash, mode }]),
  );
  const changes = changesOf(claim, files, left).map(({ path, before, hash }): RemoteChange => {
    const made = found.get(`${folder}${path}`);
    const content = hash === undefined ? undefined : made?.after?.bytes();
    const after = hash === undefined ? undefined : { sha256: hash, mode: modeOf(made?.mode ?? 0) };
    return { path, ...defined({ before, after, content: content?.toString('base64') }) };
  });
  const { minutes, tokens, cost, runId } = verdict;
  const body: RemoteChangeSet = {
    owner,
    task: spec.task,
    attempt,
    package: packed,
    runId,
    summary: report.summary.slice(0, LONGEST_SUMMARY),
    changes,
    head: headOf(snapshot),
    minutes,
    ...defined({ tokens, cost }),
  };
  const text = signValue('change-set', identity, body);
  if (text.length > LARGEST_CHANGE_SET) return;
  keepNote(state, runId, { changeSet: text });
}

/** For the service, which sends it; the row says that this node did the work. */
export function settleGuest(
  unit: Unit,
  verdict: UnitVerdict,
  { state, snapshot }: BeforeContext,
): ModuleChange | undefined {
  const claim = claimOfUnit(state, unit);
  if (claim === undefined) return undefined;
  const { owner, spec, attempt, package: packed } = claim;
  const { runId } = verdict;
  const { changeSet } = noteOf(state, runId);
  const hash = changeSet === undefined ? undefined : sha256(changeSet);
  const isLost = verdict.outcome === 'proved' && changeSet === undefined;
  const why = isLost ? 'what it changed is too large to be sent' : verdict.why;
  const outcome = isLost ? 'unproved' : OUTCOME[verdict.outcome];
  const common = { owner, task: spec.task, attempt, package: packed };
  writeResult(state, { ...common, outcome, why, runId, ...defined({ changeSet }) });
  const task = taskKey(owner, spec.task);
  const event = { event: 'worked', node: owner, task, attempt, why: `${outcome}: ${why}` };
  return {
    reason: `mesh: worked on ${task}`,
    changes: [eventChange({ ...event, ...defined({ hash }) }, snapshot.now)],
  };
}

const OUTCOME = {
  proved: 'proved',
  unproved: 'unproved',
  broken: 'broken',
  parked: 'unproved',
  review: 'unproved',
} as const;

type Changed = {
  readonly path: string;
  readonly before?: FileVersion;
  /** After; nothing for one that is deleted. */
  readonly hash?: string;
};

type Left = { readonly hash: string | undefined; readonly mode?: number | undefined };

/** @param after by path of the workspace: all files of the copy, which had none before. */
function changesOf(
  { owner, spec }: Claim,
  files: TaskPackage['files'],
  after: ReadonlyMap<string, Left>,
): readonly Changed[] {
  const folder = `${guestFolder(owner, spec.task)}/`;
  const before = new Map(
    files.map(({ path, mode, content }) => [
      path,
      { sha256: sha256(Buffer.from(content, 'base64')), mode: modeOf(mode) },
    ]),
  );
  const left = new Map(
    [...after].flatMap(([path, { hash, mode }]) =>
      path.startsWith(folder) && hash !== undefined
        ? [[path.slice(folder.length), { hash, mode }] as const]
        : [],
    ),
  );
  const gone = [...before].flatMap(([path, version]) =>
    left.has(path) ? [] : [{ path, before: version }],
  );
  const changed = [...left].flatMap(([path, { hash, mode }]) => {
    const version = before.get(path);
    const isSame =
      version?.sha256 === hash && (mode === undefined || modeOf(mode) === version.mode);
    return isSame ? [] : [{ path, hash, ...defined({ before: version }) }];
  });
  return [...changed, ...gone].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function packageOf(
  unit: Unit,
  state: string,
): { readonly claim: Claim; readonly files: TaskPackage['files'] } {
  const claim = claimOfUnit(state, unit);
  if (claim === undefined) throw new NocturneError('CONFLICT', `${unit.id} was withdrawn`);
  const roster = keptRoster(state);
  const text = keptObject(state, claim.package);
  try {
    if (roster === undefined || text === undefined)
      throw new MeshRefusal('malformed', 'its package is not here');
    const expected = { owner: claim.owner, task: claim.spec.task, hash: claim.package };
    return { claim, files: openPackage(text, expected, keysOf(roster)).files };
  } catch (cause) {
    if (!(cause instanceof MeshRefusal)) throw cause;
    throw new NocturneError('CONFLICT', `${unit.id}: ${cause.message}`, { cause });
  }
}
