/** The owner's side: a change set that came home is a unit of its project, done by the module. */
import type { Offer, Unit } from '../../../governance/unit.js';
import type { KeptContext } from '../../../passes/module.js';
import { projectDirectory } from '../../../project/project-directory.js';
import { fieldInt } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { readArrival, readArrivals } from '../tasks/claim-store.js';
import type { Arrival, TaskState } from '../tasks/task.js';
import { type TaskPage, taskPage } from '../tasks/task-page.js';

const HOME_UNIT = /^mesh\/home\/([^/]+)\/(\d+)$/;
/** In these states a change set of its attempt may come in. */
const OPEN: ReadonlySet<TaskState> = new Set(['queued', 'claimed', 'running', 'pending_review']);

export function homeOffer({ snapshot, state }: KeptContext): Offer {
  const units = readArrivals(state).flatMap((arrival) => {
    const page = openPage(snapshot, arrival);
    return page === undefined ? [] : [homeUnit(snapshot, page, arrival)];
  });
  return { units, held: new Map() };
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

function openPage(snapshot: Snapshot, { task, attempt }: Arrival): TaskPage | undefined {
  const page = taskPage(snapshot, task);
  return page?.attempt === attempt && OPEN.has(page.state) ? page : undefined;
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
