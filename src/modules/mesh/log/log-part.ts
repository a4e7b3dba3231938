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

export function logPart(): Part {
  const waiting = new Map<string, { readonly of: string; readonly take: Waiting }>();
  return {
    begin(node) {
      node.on('log', (message) => showRows(node, message), 'ask');
      node.on(
        'log',
        ({ from, payload }) => {
          const rows = payload as Rows;
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
            await fetchLog(node, of, waiting).then(
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
  if (typeof id !== 'string' || !Number.isSafeInteger(after))
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

async function fetchLog(
  node: LiveNode,
  of: string,
  waiting: Map<string, { readonly of: string; readonly take: Waiting }>,
): Promise<readonly ShownRow[]> {
  const rows: ShownRow[] = [];
  for (;;) {
    const id = randomUUID();
    const answer = new Promise<Rows>((take) => waiting.set(id, { of, take }));
    try {
      node.send('log', of, { type: 'ask', id, after: rows.length } satisfies Ask);
      const got = await Promise.race([answer, pause(ANSWER_MS, undefined, { ref: false })]);
      if (got === undefined) throw new MeshRefusal('unknown-node', `${of} does not answer`);
      rows.push(...got.rows);
      if (got.rows.length === 0 || rows.length >= got.all) return rows;
    } finally {
      waiting.delete(id);
    }
  }
}
