/** `nocturne mesh status`: the mesh in one look, at once, whether or not a server is reached. */
import { EXIT } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { ModuleCommand } from '../../types.js';
import { type MeshView, meshView } from '../node/mesh-view.js';
import { HOW_TO_BEGIN, reachText } from '../node/reach-text.js';
import { deadLetterLine, deadLetters, recentRefusals, refusalLine } from '../node/troubles.js';
import { type WaitingLane, waitingLanes } from '../node/waiting-lanes.js';
import { STATES, type TaskState } from '../tasks/task.js';
import { nodesTable } from './nodes.js';

/** Dead letters; the others are counted. */
const MOST_SHOWN = 10;

export const meshStatus: ModuleCommand = {
  summary: 'show whether this workspace is in a mesh, the other nodes, and the tasks',
  forAgents: 'project',
  examples: ['nocturne mesh status', 'nocturne mesh status --json'],
  run(context) {
    const { state, ...workspace } = context.workspace();
    const snapshot = workspace.snapshot();
    const view = meshView({ snapshot, state });
    const { settings, reach, seen, nodes } = view;
    const tasks = tasksByState(snapshot);
    const lanes = reach === 'off' ? [] : waitingLanes(snapshot, nodes);
    const refusals = reach === 'off' ? [] : recentRefusals(snapshot);
    const dead = reach === 'off' ? [] : deadLetters(snapshot);
    const text = [
      ...(reach === 'off' ? [] : [headOf(view)]),
      reachText(view, snapshot.now.getTime()),
      reach === 'off' ? whenOff(view) : nodesTable(nodes, context.width),
      ...tasksLine(tasks),
      ...lanes.map(laneLine),
      ...firstOf(dead.map((letter) => `${deadLetterLine(letter)} (${letter.fix}).`)),
      ...refusals.map(refusalLine),
    ].join('\n');
    const json = {
      on: reach !== 'off',
      reach,
      node: settings?.node ?? null,
      url: settings?.url ?? null,
      server: seen?.server ?? null,
      distrust: view.distrust ?? null,
      nodes,
      tasks,
      waiting: lanes,
      deadLetters: dead,
      refusals,
    };
    return { exit: EXIT.ok, text, json };
  },
};

function firstOf(lines: readonly string[]): readonly string[] {
  const more = lines.length - MOST_SHOWN;
  return more <= 0
    ? lines
    : [...lines.slice(0, MOST_SHOWN), `${more} more go no further (--json).`];
}

export type TaskCounts = Partial<Readonly<Record<TaskState, number>>>;

/** A page without a state was proposed, and nothing has happened yet. */
export function tasksByState(snapshot: Snapshot): TaskCounts {
  const counts = new Map<string, number>();
  for (const task of snapshot.records('MESH-TASK')) {
    const state = fieldText(task, 'state') || 'proposed';
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return Object.fromEntries(
    STATES.flatMap((state) => {
      const count = counts.get(state);
      return count === undefined ? [] : [[state, count]];
    }),
  );
}

/** The others of a lane are as alone as its first task. */
export function laneLine({ tags, tasks, why }: WaitingLane): string {
  const named = tags.length === 0 ? 'any node' : tags.join(', ');
  const waits = tasks.length === 1 ? 'waits' : 'wait';
  return `${plural(tasks.length, 'task')} for ${named} ${waits}: ${why}.`;
}

/** What is distrusted is repaired: the page of a mesh is there. */
function whenOff({ distrust }: MeshView): string {
  return distrust === undefined ? `${HOW_TO_BEGIN}.` : 'nocturne mesh doctor says what to do.';
}

function headOf({ settings, roster }: MeshView): string {
  const { node = '', tags = [] } = settings ?? {};
  const own = roster?.lead === node ? 'the lead' : 'a node';
  const has = tags.length === 0 ? '' : `, with ${tags.join(', ')}`;
  return `This is ${node}, ${own} of the mesh ${roster?.mesh ?? '(not joined yet)'}${has}.`;
}

function tasksLine(tasks: TaskCounts): readonly string[] {
  const parts = Object.entries(tasks).map(([state, count]) => `${count} ${state}`);
  return parts.length === 0 ? [] : [`Tasks: ${parts.join(', ')}.`];
}
