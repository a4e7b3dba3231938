/** `nocturne mesh circle`, `mesh circles`, `mesh gate`: one worker and two reviewers. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { tierRows } from '../../../agents/model-tier.js';
import { withoutSecrets } from '../../../governance/guard/secrets.js';
import { stamp } from '../../../kernel/clock.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { commaList } from '../../../kernel/words.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { requireMesh } from '../calls/ask-service.js';
import {
  type Circle,
  type CircleSettings,
  type GateAnswer,
  isOver,
  MOST_SUBROUNDS,
  placeOf,
  type Role,
  ROLES,
  type Tier,
  TURN_TIERS,
} from '../circling/circle.js';
import { circleCost, costText } from '../circling/circle-cost.js';
import { resultText } from '../circling/circle-page.js';
import { appendEvent, circleSessions, readCircle, readEntries } from '../circling/event-list.js';
import { offNote } from '../node/reach-text.js';
import type { MeshSettings } from '../settings.js';
import { taskPage } from '../tasks/task-page.js';
import { MeshRefusal } from '../wire/refusal.js';
import type { CommandResult, ModuleCommand, Parsed } from '../../types.js';

const LOOK_MS = 500;
const TIERS = ['1', '2', '3'] as const;
const ANSWERS: readonly GateAnswer[] = ['approve', 'again', 'stop'];

export const meshCircle: ModuleCommand = {
  summary: 'let one worker and two reviewers on three nodes work on a project or a task',
  forAgents: 'never',
  args: '<project-or-task>',
  options: [
    { flags: '--worker <node>', description: 'who works (default: this node)' },
    { flags: '--reviewers <nodes>', description: 'two other nodes (default: the first two)' },
    { flags: '--tier <n>', description: 'how often it waits for you', choices: TIERS },
    { flags: '--rounds <n>', description: `sub-rounds, 1 to ${MOST_SUBROUNDS} (default 3)` },
    { flags: '--agree <who>', description: 'who has to agree', choices: ['all', 'most'] },
    { flags: '--minutes <n>', description: 'how long one turn may take (default 10)' },
    { flags: '--wait', description: 'until it is over, or waits for you' },
  ],
  examples: [
    'nocturne mesh circle tea --reviewers left,right',
    'nocturne mesh circle tea --tier 3 --rounds 2 --wait',
  ],
  async run(context, { args: [name = ''], options }) {
    context.requireOwner('beginning a circle');
    const workspace = context.workspace();
    const settings = settingsOf(workspace, requireMesh(workspace), { name, options });
    const { session } = settings;
    refusedAsUsage(() =>
      appendEvent(workspace.state, session, {
        time: workspace.clock.now(),
        event: { kind: 'opened', settings },
      }),
    );
    if (options['wait'] === true) return shown(workspace, await whileItRuns(workspace, session));
    return {
      exit: EXIT.ok,
      text: `${session} begins while nocturne serve runs. nocturne mesh circles ${session} shows it.`,
      json: { session },
    };
  },
};

export const meshCircles: ModuleCommand = {
  summary: 'list circles, or show one: its state, its result and its cost',
  forAgents: 'never',
  args: '[session]',
  examples: ['nocturne mesh circles', 'nocturne mesh circles C-20261121T200000Z-1f2e3d'],
  run(context, { args: [session] }) {
    const workspace = context.workspace();
    if (session !== undefined) return shown(workspace, readCircle(workspace.state, session));
    const circles = circleSessions(workspace.state).map((each) =>
      factsOf(readCircle(workspace.state, each)),
    );
    const lines = circles.map(
      ({ session: id, project, place, gate }) =>
        `${id}  ${project}  ${place}${gate === undefined ? '' : `  waits for you: ${gate.why}`}`,
    );
    const text =
      lines.length === 0
        ? `There are no circles.${offNote(workspace.snapshot())}`
        : lines.join('\n');
    return { exit: EXIT.ok, text, json: { circles } };
  },
};

export const meshGate: ModuleCommand = {
  summary: 'answer a circle that waits: go on, one more sub-round, or end it',
  forAgents: 'never',
  args: '<session> <approve|again|stop>',
  options: [{ flags: '--remark <text>', description: 'for the agents of the next turns' }],
  examples: [
    'nocturne mesh gate C-20261121T200000Z-1f2e3d approve',
    'nocturne mesh gate C-20261121T200000Z-1f2e3d again --remark "The second table is missing."',
  ],
  run(context, { args: [session = '', said = ''], options }) {
    context.requireOwner('answering a circle');
    const { state, clock } = context.workspace();
    const answer = ANSWERS.find((known) => known === said);
    if (answer === undefined)
      throw new NocturneError('USAGE', `"${said}" is not an answer`, { hint: ANSWERS.join(', ') });
    const { gate } = readCircle(state, session);
    if (gate === undefined)
      throw new NocturneError('CONFLICT', `${session} waits for nothing`, {
        hint: `nocturne mesh circles ${session} shows it`,
      });
    const remark = withoutSecrets(String(options['remark'] ?? '')).slice(0, 4_000);
    const event = { kind: 'answered', gate: gate.id, answer, remark } as const;
    const circle = refusedAsUsage(() => appendEvent(state, session, { time: clock.now(), event }));
    return {
      exit: EXIT.ok,
      text: `${session}: ${gate.id} is answered with ${answer}. It is at ${placeOf(circle)} now.`,
      json: factsOf(circle),
    };
  },
};

type Asked = { readonly name: string; readonly options: Parsed['options'] };

function settingsOf(
  workspace: Workspace,
  { node, peers }: MeshSettings,
  { name, options }: Asked,
): CircleSettings {
  const snapshot = workspace.snapshot();
  const { project, plan } = planOf(snapshot, name);
  const worker = String(options['worker'] ?? node);
  const others = [node, ...peers.map((peer) => peer.node)].filter((each) => each !== worker);
  const usual = others.filter((each) => each !== node).slice(0, 2);
  const named = commaList(String(options['reviewers'] ?? usual));
  const members = { worker, reviewerA: named[0] ?? '', reviewerB: named[1] ?? '' };
  if (worker === node) requireTier(snapshot);
  requireNodes(members, named.length, [node, ...peers.map((peer) => peer.node)]);
  const time = stamp(snapshot.now).replaceAll(/[-:]/g, '');
  return {
    session: `C-${time}-${randomBytes(3).toString('hex')}`,
    project,
    plan: withoutSecrets(plan),
    tier: Number(options['tier'] ?? 2) as Tier,
    maxSubrounds: within(options, 'rounds', { usual: 3, most: MOST_SUBROUNDS }),
    agreement: options['agree'] === 'most' ? 'most' : 'all',
    turnMs: within(options, 'minutes', { usual: 10, most: 600 }) * 60_000,
    members,
  };
}

/** Of a project: what its next pass is for, and by what it is judged. */
function planOf(snapshot: Snapshot, name: string): Pick<CircleSettings, 'project' | 'plan'> {
  const task = snapshot.schema.objects.has('MESH-TASK') ? taskPage(snapshot, name) : undefined;
  if (task !== undefined) {
    const { title, objective, criteria } = task.spec;
    const plan = `${title}\n\n${objective}\n\nCriteria: ${JSON.stringify(criteria)}`;
    return { project: task.project, plan };
  }
  const record = snapshot.record('PROJECT', name);
  if (record === undefined)
    throw new NocturneError('NOT_FOUND', `there is no project or task "${name}"`, {
      hint: 'nocturne project list, nocturne mesh tasks',
    });
  const field = (key: string): string => fieldText(record, key);
  const conditions = (key: string): string => JSON.stringify(record.fields.get(key)?.data ?? []);
  const plan = `Mission: ${field('mission')}\nPhase: ${field('phase.objective')}\nNow: ${field('next_pass.objective')}\n\nCriteria: ${conditions('next_pass.criteria')}\nThe phase is over when: ${conditions('phase.stop_condition')}`;
  return { project: name, plan };
}

/** Its own node works as well. */
function requireTier(snapshot: Snapshot): void {
  const tiers = tierRows(snapshot.records('MODEL-TIER')).map(({ tier }) => tier);
  if (TURN_TIERS.some((tier) => tiers.includes(tier))) return;
  throw new NocturneError('CONFIG', `MODEL-TIERS.md has no tier ${TURN_TIERS.join(' or ')}`, {
    hint: 'add a row, or let another node work: --worker NODE',
  });
}

function requireNodes(
  members: Readonly<Record<Role, string>>,
  reviewers: number,
  known: readonly string[],
): void {
  const unknown = ROLES.map((role) => members[role]).find((node) => !known.includes(node));
  if (reviewers === 2 && unknown === undefined) return;
  throw new NocturneError(
    'BAD_VALUE',
    reviewers === 2
      ? `MESH.md does not know the node "${unknown}"`
      : `a circle has two reviewers on other nodes, not ${reviewers}`,
    { hint: `nodes: ${known.join(', ')}; nocturne mesh allow NODE call --also adds one` },
  );
}

function within(
  options: Parsed['options'],
  name: string,
  { usual, most }: { readonly usual: number; readonly most: number },
): number {
  const value = Number(options[name] ?? usual);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new NocturneError('BAD_VALUE', `--${name} is ${JSON.stringify(options[name])}`, {
    hint: `give a number from 1 to ${most}`,
  });
}

async function whileItRuns(workspace: Workspace, session: string): Promise<Circle> {
  for (;;) {
    const circle = readCircle(workspace.state, session);
    if (isOver(circle) || circle.gate !== undefined) return circle;
    await pause(LOOK_MS);
  }
}

function shown(workspace: Workspace, circle: Circle): CommandResult {
  const { state } = workspace;
  const { session, project, members } = circle.settings;
  const cost = circleCost(readEntries(state, session).map(({ event }) => event));
  const { gate, why, notices } = circle;
  const now = ROLES.map((role) => `${role} ${circle.members[role] ?? `lost (${members[role]})`}`);
  const text = [
    `${session} for ${project}: ${placeOf(circle)}${why === '' ? '' : `, ${why}`}`,
    now.join(', '),
    ...(gate === undefined ? [] : [`It waits for you at ${gate.id}: ${gate.why}`]),
    ...notices,
    '',
    ...costText(cost),
    '',
    resultText(state, circle),
  ];
  return { exit: EXIT.ok, text: text.join('\n'), json: { ...factsOf(circle), cost } };
}

function factsOf(circle: Circle) {
  const { settings, gate, why, notices, members } = circle;
  const { session, project, tier } = settings;
  return { session, project, tier, place: placeOf(circle), gate, why, notices, members };
}

function refusedAsUsage<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof MeshRefusal) throw new NocturneError('REFUSED', error.message);
    throw error;
  }
}
