/** Shows other nodes what our mesh log has about them, and asks them for theirs. */
import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import type { Message } from '../wire/envelope.js';
import { MeshRefusal } from '../wire/refusal.js';
import { answerAsked, askedLogs } from './asked-logs.js';
import { logLines, type ShownRow, shownTo } from './log-lines.js';

/** Bytes of rows in one message. */
const MOST_AT_ONCE = 200 * 1024;
const ANSWER_MS = 15_000;
/** Of one log: more is not asked for, and not for longer. */
const LIMITS = { rows: 200_000, bytes: 64 * 1024 * 1024, ms: 120_000 };
type Limits = typeof LIMITS;
const LOOK_MS = 300;

type Ask = { readonly type: 'ask'; readonly id: string; readonly after: number };
type Rows = {
  readonly type: 'rows';
  readonly id: string;
  readonly rows: readonly ShownRow[];
  /** How many there are. */
  readonly all: number;
};
type Waiting = (rows: Rows) => void;

export function logPart(limits: Limits = LIMITS): Part {
  const waiting = new Map<string, { readonly of: string; readonly take: Waiting }>();
  return {
    begin(node) {
      node.on('log', (message) => showRows(node, message), 'ask');
      node.on(
        'log',
        ({ from, payload }) => {
          const rows = rowsOf(from, payload);
          const asked = waiting.get(rows.id);
          if (asked?.of === from) asked.take(rows);
        },
        'rows',
      );
    },
    async run(node, signal) {
      while (!signal.aborted) {
        for (const { id, node: of } of askedLogs(node.workspace.state))
          answerAsked(
            node.workspace.state,
            id,
            await fetchLog(node, of, { waiting, limits }).then(
              (rows) => ({ rows }),
              (error: unknown) => ({ why: error instanceof Error ? error.message : String(error) }),
            ),
          );
        await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

function showRows(node: LiveNode, { from, payload }: Message): void {
  const { id, after } = payload as Partial<Ask>;
  if (typeof id !== 'string' || !Number.isSafeInteger(after) || Number(after) < 0)
    throw new MeshRefusal('malformed', `${from} asks for rows without a number`);
  const lines = logLines(node.workspace.root);
  const rows: ShownRow[] = [];
  let size = 0;
  for (const row of shownTo(lines.slice(after), from)) {
    size += 60 + (row.line?.length ?? 0);
    if (size > MOST_AT_ONCE && rows.length > 0) break;
    rows.push(row);
  }
  node.send('log', from, { type: 'rows', id, rows, all: lines.length } satisfies Rows);
}

/** @throws MeshRefusal `malformed` */
function rowsOf(from: string, payload: unknown): Rows {
  const { id, rows, all } = payload as Partial<Rows>;
  const isWhole =
    typeof id === 'string' && Number.isSafeInteger(all) && Array.isArray(rows) && rows.every(isRow);
  if (!isWhole) throw new MeshRefusal('malformed', `${from} sent rows of a log that are none`);
  return payload as Rows;
}

function isRow(row: Partial<ShownRow> | null): boolean {
  return (
    Number.isSafeInteger(row?.seq) &&
    typeof row?.chain === 'string' &&
    (row.line === undefined || typeof row.line === 'string')
  );
}

async function fetchLog(
  node: LiveNode,
  of: string,
  {
    waiting,
    limits,
  }: {
    readonly waiting: Map<string, { readonly of: string; readonly take: Waiting }>;
    readonly limits: Limits;
  },
): Promise<readonly ShownRow[]> {
  const rows: ShownRow[] = [];
  const end = performance.now() + limits.ms;
  let size = 0;
  for (;;) {
    const id = randomUUID();
    const answer = new Promise<Rows>((take) => waiting.set(id, { of, take }));
    try {
      node.send('log', of, { type: 'ask', id, after: rows.length } satisfies Ask);
      const got = await Promise.race([answer, pause(ANSWER_MS, undefined, { ref: false })]);
      if (got === undefined) throw new MeshRefusal('unknown-node', `${of} does not answer`);
      rows.push(...got.rows);
      size += got.rows.reduce((sum, { line }) => sum + 60 + (line?.length ?? 0), 0);
      if (got.rows.length === 0 || rows.length >= got.all) return rows;
      if (rows.length > limits.rows || size > limits.bytes || performance.now() > end)
        throw new MeshRefusal('too-large', `the log of ${of} does not end: ${rows.length} rows`);
    } finally {
      waiting.delete(id);
    }
  }
}
