/** Puts what another node changed into the copy of a pass, and records how it was judged. */
import type { Unit, UnitVerdict } from '../../../governance/unit.js';
import { withoutSecrets } from '../../../governance/guard/secrets.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { showControl } from '../../../kernel/show-control.js';
import type { Snapshot } from '../../../workspace/types.js';
import type {
  UnitWork,
  BeforeContext,
  KeptContext,
  ModuleChange,
  PerformContext,
} from '../../../passes/module.js';
import { projectDirectory } from '../../../project/project-directory.js';
import { readIdentity } from '../identity.js';
import { eventChange } from '../log/mesh-log.js';
import { keptRoster, keysOf } from '../roster.js';
import type { Arrival } from '../tasks/task.js';
import { changesOf } from '../tasks/commit-pages.js';
import { pageChange, type PageNext, taskFile, taskPage, tryAgain } from '../tasks/task-page.js';
import { isEnd, resultChanges } from '../tasks/result-page.js';
import { taskKey } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import { applyChanges } from './apply-changes.js';
import type { RemoteChangeSet } from './change-set.js';
import { type Homecoming, homecomingOf } from './home-units.js';
import { keptObject } from './kept-objects.js';
import { openChangeSet } from './open-change-set.js';
import { removeLook, writeLook } from './look-store.js';
import { openPackage } from './pack.js';
import { keepNote, noteOf } from './run-note.js';

/** @throws NocturneError `CONFLICT` why nothing of it is taken. */
export async function performHome(unit: Unit, context: PerformContext): Promise<string> {
  const { workspace, snapshot, copy, runId } = context;
  const home = homecomingOf(unit, { snapshot, state: workspace.state });
  if (home === undefined) throw new NocturneError('CONFLICT', `${unit.id} is over`);
  const { arrival, page } = home;
  try {
    const set = changeSetOf(workspace.state, arrival);
    const base = packageFiles(workspace.state, arrival);
    const folder = projectDirectory(snapshot, page.project);
    applyChanges({ snapshot, copy, folder, base }, set.changes);
    return `${arrival.from} changed ${set.changes.length === 0 ? 'nothing' : plural(set.changes.length, 'file')}.`;
  } catch (cause) {
    if (!(cause instanceof MeshRefusal)) throw cause;
    keepNote(workspace.state, runId, { refused: cause.code });
    throw new NocturneError('CONFLICT', `${cause.code}: ${cause.message}`, { cause });
  }
}

/** In the commit of the pass, so that nothing is committed twice or without its record. */
export function settleHome(
  unit: Unit,
  verdict: UnitVerdict,
  place: BeforeContext,
): ModuleChange | undefined {
  const home = homecomingOf(unit, place);
  if (home === undefined) return undefined;
  const { snapshot } = place;
  const { arrival, page } = home;
  if (verdict.outcome === 'review') return waitingChange(home, verdict, snapshot);
  removeLook(place.state, page.task);
  const next = nextOf(home, verdict, place.state);
  const set = readableSet(place, arrival);
  const owner = readIdentity(place.state)?.node ?? '';
  const event = eventChange(
    {
      event: next.state === 'completed' ? 'committed' : 'returned',
      node: arrival.from,
      task: taskKey(owner, page.task),
      attempt: arrival.attempt,
      hash: arrival.sha256,
      ...defined({ head: set?.head, why: next.state === 'completed' ? undefined : next.why }),
    },
    snapshot.now,
  );
  const paged = pageChange(snapshot, page, next);
  const { state } = next;
  const end = { task: page.task, attempt: arrival.attempt, node: arrival.from };
  const isTaken = state === 'completed';
  const body = resultBody(home, { set, verdict, isTaken });
  const result = isEnd(state)
    ? resultChanges(snapshot, { ...end, state, runId: verdict.runId, body })
    : [];
  return { ...paged, changes: [...paged.changes, ...result, event] };
}

/** Its changes stay in the state directory, for `mesh accept`. */
export function keepHome(unit: Unit, { verdict, state, snapshot }: UnitWork): void {
  const home = homecomingOf(unit, { state, snapshot });
  if (home === undefined || verdict.outcome !== 'review') return;
  const { task, sha256 } = home.arrival;
  writeLook(state, { task, sha256, why: verdict.why });
}

/** For the owner's no: the task is over, and the other node hears of it. */
export function refusedChange(
  view: Snapshot,
  state: string,
  { arrival, why }: { readonly arrival: Arrival; readonly why: string },
): ModuleChange {
  const page = taskPage(view, arrival.task);
  if (page?.attempt !== arrival.attempt || page.package !== arrival.package)
    throw new NocturneError('CONFLICT', `${arrival.task} has already been decided`);
  const next = { state: 'rejected', node: arrival.from, why } as const;
  const row = {
    event: 'returned',
    node: arrival.from,
    task: taskKey(readIdentity(state)?.node ?? '', page.task),
    attempt: arrival.attempt,
    hash: arrival.sha256,
    ...defined({ head: readableSet({ state, snapshot: view }, arrival)?.head, why }),
  };
  const changes = [...changesOf(view, page, next), eventChange(row, view.now)];
  return { reason: `mesh task ${page.task}: rejected`, bundle: 'mesh_task mesh_result', changes };
}

/** The owner is told, and the task waits. */
function waitingChange(
  { page, arrival }: Homecoming,
  { why }: UnitVerdict,
  snapshot: Snapshot,
): ModuleChange {
  const { task, project } = page;
  const next = {
    state: 'pending_review',
    node: arrival.from,
    why: `it waits for the owner: ${why}`,
    ...defined({ package: page.package }),
  } as const;
  const action_needed = `${arrival.from} has done the task ${task}. Look at it: nocturne mesh accept ${task}, or nocturne mesh refuse ${task}. ${why}`;
  return {
    ...pageChange(snapshot, page, next),
    notices: [{ priority: 'medium', kind: 'note', project, action_needed }],
  };
}

/** Its node is left out unless it was an edit of the owner's that came between. */
function nextOf({ arrival, page }: Homecoming, verdict: UnitVerdict, state: string): PageNext {
  const { outcome, why, runId, cause } = verdict;
  const { from } = arrival;
  if (outcome === 'proved')
    return { state: 'completed', node: from, runId, package: arrival.package };
  const isOwnEdit = cause === 'conflict' || noteOf(state, runId).refused === 'changed-meanwhile';
  return tryAgain(page, { why, ...(isOwnEdit ? {} : { node: from }) });
}

/** What the other node wrote is quoted. */
function resultBody(
  { page, arrival }: Homecoming,
  {
    set,
    verdict,
    isTaken,
  }: {
    readonly set: RemoteChangeSet | undefined;
    readonly verdict: UnitVerdict;
    readonly isTaken: boolean;
  },
): string {
  const said = withoutSecrets(set?.summary ?? '')
    .split('\n')
    .map((line) => `> ${showControl(line)}`.trimEnd());
  const files = (isTaken ? (set?.changes ?? []) : []).map(
    ({ path, after }) => `- ${path}${after === undefined ? ' (deleted)' : ''}`,
  );
  return [
    `# ${page.spec.title}`,
    '',
    isTaken
      ? `${arrival.from} did the task [${page.task}](../../${taskFile(page.task)}): ${verdict.why}.`
      : `Nobody could do the task [${page.task}](../../${taskFile(page.task)}). The last to try was ${arrival.from}: ${verdict.why}.`,
    ...(files.length === 0 ? [] : ['', 'These files came home:', '', ...files]),
    ...(said.length === 0 || set === undefined ? [] : ['', `${arrival.from} says:`, '', ...said]),
    '',
  ].join('\n');
}

/** As it is when it is opened now: a node that was revoked since has no key any more. */
export function changeSetOf(state: string, arrival: Arrival): RemoteChangeSet {
  const { task, attempt, from } = arrival;
  const [identity, roster] = [readIdentity(state), keptRoster(state)];
  if (identity === undefined || roster === undefined)
    throw new MeshRefusal('unknown-node', 'this workspace is in no mesh');
  const expected = { owner: identity.node, task, attempt, from, package: arrival.package };
  return openChangeSet(arrival.changeSet, expected, keysOf(roster));
}

function readableSet({ state }: KeptContext, arrival: Arrival): RemoteChangeSet | undefined {
  try {
    return changeSetOf(state, arrival);
  } catch (error) {
    if (error instanceof MeshRefusal) return undefined;
    throw error;
  }
}

/** The contents that the other node began with; empty if the package is not here any more. */
function packageFiles(state: string, arrival: Arrival): ReadonlyMap<string, Buffer> {
  const text = keptObject(state, arrival.package);
  const [identity, roster] = [readIdentity(state), keptRoster(state)];
  if (text === undefined || identity === undefined || roster === undefined) return new Map();
  const expected = { owner: identity.node, task: arrival.task, hash: arrival.package };
  const { files } = openPackage(text, expected, keysOf(roster));
  return new Map(files.map(({ path, content }) => [path, Buffer.from(content, 'base64')]));
}
