/** The owner's side: a change set that came home is a unit of its project, done by the module. */
import type { Offer, Unit } from '../../../governance/unit.js';
import type { KeptContext } from '../../../passes/module.js';
import { projectDirectory } from '../../../project/project-directory.js';
import { fieldInt } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { eachArrival, readArrival } from '../tasks/claim-store.js';
import type { Arrival, TaskState } from '../tasks/task.js';
import { type TaskPage, taskPage } from '../tasks/task-page.js';
import { lookAt } from './look-store.js';

const HOME_UNIT = /^mesh\/home\/([^/]+)\/(\d+)$/;
/** At once; the others follow when these are judged. */
const MOST_OFFERED = 64;
/** In these states a change set of its attempt may come in. */
const OPEN: ReadonlySet<TaskState> = new Set(['queued', 'claimed', 'running', 'pending_review']);

export function homeOffer({ snapshot, state }: KeptContext): Offer {
  const units: Unit[] = [];
  for (const arrival of eachArrival(state)) {
    const page = openPage(snapshot, arrival);
    if (page === undefined || waitsForOwner(state, arrival)) continue;
    units.push(homeUnit(snapshot, page, arrival));
    if (units.length >= MOST_OFFERED) break;
  }
  return { units, held: new Map() };
}

export function waitsForOwner(state: string, arrival: Arrival): boolean {
  const look = lookAt(state, arrival);
  return look !== undefined && look.accepted !== true;
}

export type Homecoming = { readonly arrival: Arrival; readonly page: TaskPage };

/** Nothing for a unit of another kind, and for a change set whose attempt is over. */
export function homecomingOf({ id }: Pick<Unit, 'id'>, place: KeptContext): Homecoming | undefined {
  const [, task, attempt] = HOME_UNIT.exec(id) ?? [];
  const arrival = task === undefined ? undefined : readArrival(place.state, task);
  if (arrival?.attempt !== Number(attempt)) return undefined;
  const page = openPage(place.snapshot, arrival);
  return page && { arrival, page };
}

export function isHomeUnit({ id }: Pick<Unit, 'id'>): boolean {
  return HOME_UNIT.test(id);
}

/** Of the same attempt, which may have got another package since. */
function openPage(
  snapshot: Snapshot,
  { task, attempt, package: packed }: Arrival,
): TaskPage | undefined {
  const page = taskPage(snapshot, task);
  const isCurrent = page?.attempt === attempt && page.package === packed;
  return isCurrent && OPEN.has(page.state) ? page : undefined;
}

function homeUnit(
  snapshot: Snapshot,
  { project, spec }: TaskPage,
  { task, attempt, from }: Arrival,
): Unit {
  const folder = projectDirectory(snapshot, project);
  const inProject = (globs: readonly string[]): readonly string[] =>
    globs.map((glob) =>
      glob.startsWith('!') ? `!${folder}/${glob.slice(1)}` : `${folder}/${glob}`,
    );
  return {
    module: 'mesh',
    id: `mesh/home/${task}/${attempt}`,
    project,
    priority: fieldInt(snapshot.record('DISPATCH', project), 'priority') ?? 999,
    title: `What ${from} changed for ${spec.title}`,
    objective: `Judge what ${from} changed for the task ${task}.`,
    command: ['true'],
    byModule: true,
    neverAsks: true,
    writes: inProject(spec.writes),
    criteria: spec.criteria,
    produces: inProject(spec.produces),
    consumes: [],
    budget: {},
  };
}
