/**
 * What a circle tells its owner: that it waits for an answer, and how it ended. Its result is data
 * for the next pass of its project, which is judged as every pass is.
 */
import { join } from 'node:path';
import type { Fragment } from '../../../agents/types.js';
import { keptBody, keptText } from '../../../agents/kept-text.js';
import { sha256 } from '../../../kernel/hash.js';
import type { FragmentContext, ModuleChange, RecordContext } from '../../../passes/module.js';
import { fieldText } from '../../../project/field-text.js';
import type { Rec } from '../../../markdown/types.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import { writeFileDurably } from '../../../workspace/durable.js';
import { readTextIfThere } from '../../../workspace/read-if-there.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { textIn } from '../text-folder.js';
import { type Circle, isDegraded, membersOf, type Role } from './circle.js';
import { circleCost } from './circle-cost.js';
import { circlesDirectory, readEntries } from './event-list.js';

export const CIRCLE = 'MESH-CIRCLE';
const BY_MESH = { actor: { kind: 'nocturne', name: 'mesh' }, runId: '' } as const;

/** Once for each gate. */
export function tellOwner(workspace: Workspace, { settings, gate }: Circle): void {
  const { session, project } = settings;
  const path = join(circlesDirectory(workspace.state), `${session}.told`);
  if (gate === undefined || readTextIfThere(path) === gate.id) return;
  workspace.commit(() => ({
    ...BY_MESH,
    reason: `circle ${session} waits at ${gate.id}`,
    changes: [],
    notices: [
      {
        priority: 'high',
        kind: 'note',
        project,
        action_needed: `Circle ${session} waits for you at ${gate.id}: ${gate.why}. nocturne mesh circles ${session} shows it; nocturne mesh gate ${session} approve, again or stop answers it.`,
      },
    ],
  }));
  writeFileDurably(path, gate.id, { mode: 0o600 });
}

/** Once: a page that is there stays. */
export function writeResult(workspace: Workspace, circle: Circle): void {
  const { settings, phase, why, subround, members } = circle;
  const { session, project } = settings;
  const events = readEntries(workspace.state, session).map(({ event }) => event);
  const { turns = 0, tokens } = circleCost(events).find(({ what }) => what === 'the circle') ?? {};
  workspace.commit((view) => {
    if (view.record(CIRCLE, session) !== undefined) return { ...BY_MESH, reason: '', changes: [] };
    return {
      ...BY_MESH,
      reason: `circle ${session} is ${phase}`,
      ...bundleChanges(view, 'mesh_circle_write', {
        key: session,
        project,
        state: phase === 'complete' ? 'complete' : 'aborted',
        why,
        nodes: membersOf(circle).flatMap((role) => members[role] ?? []),
        degraded: isDegraded(circle),
        subrounds: subround,
        turns,
        tokens: tokens ?? null,
        body: resultText(workspace.state, circle),
      }),
      bundle: 'mesh_circle_write',
    };
  });
}

/** The newest work, what reviewers say about it, and what did not go as asked. */
export function resultText(state: string, circle: Circle): string {
  const notices = circle.notices.map((line) => `- ${line}`);
  return [
    keptBody(latestOf(state, circle, 'worker', 'workArtifact') ?? ''),
    ...(['reviewerA', 'reviewerB'] as const).flatMap((role) => {
      const text = latestOf(state, circle, role, 'reviewSignOff');
      return text === undefined ? [] : [`## ${circle.members[role] ?? role}\n`, keptBody(text)];
    }),
    ...(notices.length === 0 ? [] : ['## Notices\n', ...notices]),
  ].join('\n');
}

export function circleFragments({
  snapshot,
  project,
}: Pick<FragmentContext, 'snapshot' | 'project'>): readonly Fragment[] {
  return waitingResults(snapshot, project).map((record) => {
    const text = keptText(snapshot.text(record.file) ?? '');
    return {
      title: 'What a circle of agents on other machines made for this project',
      source: sourceOf(record),
      sha256: sha256(text),
      text,
      trust: 'data',
    };
  });
}

export function deliveredCircles({
  snapshot,
  project,
  runId,
  used,
}: RecordContext): ModuleChange | undefined {
  const read = waitingResults(snapshot, project).filter((record) => used.has(sourceOf(record)));
  if (read.length === 0) return undefined;
  return {
    reason: 'results of circles delivered',
    bundle: 'mesh_circle_deliver',
    changes: read.flatMap(
      ({ key }) => bundleChanges(snapshot, 'mesh_circle_deliver', { key, run_id: runId }).changes,
    ),
  };
}

function waitingResults(snapshot: Snapshot, project: string | undefined): readonly Rec[] {
  if (project === undefined || !snapshot.schema.objects.has(CIRCLE)) return [];
  return snapshot
    .records(CIRCLE)
    .filter(
      (record) =>
        fieldText(record, 'project') === project &&
        fieldText(record, 'state') === 'complete' &&
        fieldText(record, 'run_id') === '',
    );
}

function sourceOf({ file, key }: Rec): string {
  return `${file}, circle ${key}`;
}

function latestOf(state: string, circle: Circle, role: Role, type: string): string | undefined {
  const newest = [...circle.artefacts].filter(([key]) => key.endsWith(`_${role}_${type}`)).at(-1);
  return newest && textIn(circlesDirectory(state), circle.settings.session, newest[1].sha256);
}
