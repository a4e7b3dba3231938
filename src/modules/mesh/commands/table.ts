/** `nocturne mesh table` and `mesh tables`: agents of several nodes talk, one at a time. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { withoutSecrets } from '../../../governance/guard/secrets.js';
import { stamp } from '../../../kernel/clock.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { commaList } from '../../../kernel/words.js';
import type { Workspace } from '../../../workspace/types.js';
import { requireMesh } from '../calls/ask-service.js';
import { offNote } from '../node/reach-text.js';
import type { CommandResult, ModuleCommand } from '../../types.js';
import type { Table, TableSettings } from '../table/table.js';
import { appendTable, readTable, tableSessions } from '../table/table-list.js';
import { transcriptOf } from '../table/transcript.js';

const LOOK_MS = 500;
const MOST = { rounds: 10, minutes: 600, topic: 4_000 };

export const meshTable: ModuleCommand = {
  summary: 'let agents of other nodes talk about a topic, one at a time',
  forAgents: 'never',
  args: '<topic>',
  options: [
    { flags: '--speakers <nodes>', description: 'who speaks, in this order (default: all)' },
    { flags: '--rounds <n>', description: 'how often each has the floor (default 2)' },
    { flags: '--minutes <n>', description: 'how long one speech may take (default 5)' },
    { flags: '--project <name>', description: 'what it belongs to' },
    { flags: '--wait', description: 'until it is over' },
  ],
  examples: ['nocturne mesh table "Which data first?" --speakers left,right --rounds 2 --wait'],
  async run(context, { args: [topic = ''], options }) {
    context.requireOwner('opening a table');
    const workspace = context.workspace();
    const { node, peers } = requireMesh(workspace);
    const { clock, state } = workspace;
    const known = peers.map((peer) => peer.node);
    const speakers = commaList(String(options['speakers'] ?? known));
    requireSpeakers(speakers, known);
    const time = stamp(clock.now()).replaceAll(/[-:]/g, '');
    const settings: TableSettings = {
      session: `R-${time}-${randomBytes(3).toString('hex')}`,
      project: String(options['project'] ?? ''),
      topic: withoutSecrets(topic).replaceAll(/\s+/g, ' ').slice(0, MOST.topic),
      chair: node,
      speakers,
      rounds: within('rounds', options['rounds'] ?? 2, MOST.rounds),
      turnMs: within('minutes', options['minutes'] ?? 5, MOST.minutes) * 60_000,
    };
    const { session } = settings;
    appendTable(state, session, { time: clock.now(), event: { kind: 'opened', settings } });
    if (options['wait'] === true) return shown(workspace, await whileItRuns(workspace, session));
    return {
      exit: EXIT.ok,
      text: `${session} begins while nocturne serve runs. nocturne mesh tables ${session} shows it.`,
      json: { session },
    };
  },
};

export const meshTables: ModuleCommand = {
  summary: 'list tables, or show what was said at one',
  forAgents: 'never',
  args: '[session]',
  examples: ['nocturne mesh tables', 'nocturne mesh tables R-20261121T200000Z-1f2e3d'],
  run(context, { args: [session] }) {
    const workspace = context.workspace();
    if (session !== undefined) return shown(workspace, readTable(workspace.state, session));
    const tables = tableSessions(workspace.state).map((each) =>
      factsOf(readTable(workspace.state, each)),
    );
    const lines = tables.map(
      ({ session: id, topic, floor }) => `${id}  ${floor ?? 'over'}  ${JSON.stringify(topic)}`,
    );
    const text =
      lines.length === 0
        ? `There are no tables.${offNote(workspace.snapshot())}`
        : lines.join('\n');
    return { exit: EXIT.ok, text, json: { tables } };
  },
};

function requireSpeakers(speakers: readonly string[], known: readonly string[]): void {
  const stranger = speakers.find((each) => !known.includes(each));
  if (stranger === undefined && speakers.length >= 2) return;
  throw new NocturneError(
    'BAD_VALUE',
    stranger === undefined ? 'a table has two or more speakers' : `there is no node "${stranger}"`,
    { hint: `nodes of MESH.md: ${known.join(', ') || 'none'}` },
  );
}

function within(name: string, said: unknown, most: number): number {
  const value = Number(said);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new NocturneError('BAD_VALUE', `--${name} is ${JSON.stringify(said)}`, {
    hint: `give a number from 1 to ${most}`,
  });
}

async function whileItRuns({ state }: Workspace, session: string): Promise<Table> {
  for (;;) {
    const table = readTable(state, session);
    if (table.floor === undefined) return table;
    await pause(LOOK_MS);
  }
}

function shown({ state }: Workspace, table: Table): CommandResult {
  const { session, topic } = table.settings;
  const now = table.floor === undefined ? 'over' : `${table.floor} has the floor`;
  const text = `${session}: ${now}\n\n${topic}\n\n${transcriptOf(state, table)}`;
  return { exit: EXIT.ok, text, json: factsOf(table) };
}

function factsOf({ settings, floor, turn, said }: Table) {
  const { session, topic, chair, speakers } = settings;
  return { session, topic, chair, speakers, floor, turn, said };
}
