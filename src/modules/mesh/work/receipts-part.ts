/**
 * Tells a node how the owner judged its work, until it has said that it knows. Both write it down,
 * each with the head of the other's log.
 */
import { statSync } from '../../../kernel/files.js';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import { HEAD, isLogged, lastHead, logLines, type LogRow, rowOf } from '../log/log-lines.js';
import { logOnce, MESH_LOG } from '../log/mesh-log.js';
import type { Message } from '../wire/envelope.js';
import { MeshRefusal } from '../wire/refusal.js';

const LOOK_MS = 1_000;
/**
 * The longest wait before a receipt is sent again. The first ones are short: a node that has just
 * begun may take a receipt before it knows whom to answer.
 */
const AGAIN_MS = 30_000;
/** Rows to look back. */
const MOST_ROWS = 5_000;

/** `how`: the event in the owner's log. */
type Receipt = {
  readonly type: 'ended' | 'seen';
  readonly task: string;
  readonly attempt: number;
  readonly hash: string;
  readonly how: 'committed' | 'returned';
  readonly head: string;
};
type Sent = { readonly at: number; readonly times: number };

export function receiptsPart(): Part {
  return {
    begin(node) {
      node.on('receipt', (message) => takeReceipt(node, message), 'ended');
      node.on('receipt', (message) => takeConfirmation(node, message), 'seen');
    },
    async run(node, signal) {
      const path = join(node.workspace.root, MESH_LOG);
      const sent = new Map<number, Sent>();
      let size = -1;
      let open: readonly LogRow[] = [];
      while (!signal.aborted) {
        const now = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        if (now !== size) open = unconfirmed(node);
        size = now;
        for (const row of open) sendReceipt(node, row, sent);
        await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

function unconfirmed(node: LiveNode): readonly LogRow[] {
  const confirmed = new Set<string>();
  const open: LogRow[] = [];
  for (const row of logLines(node.workspace.root).slice(-MOST_ROWS).reverse().map(rowOf)) {
    if (row.event === 'confirmed') confirmed.add(`${row.node} ${row.hash}`);
    if (isJudgement(row) && !confirmed.has(`${row.node} ${row.hash}`)) open.push(row);
  }
  return open;
}

function isJudgement({ event, hash }: LogRow): boolean {
  return (event === 'committed' || event === 'returned') && hash !== '';
}

function sendReceipt(node: LiveNode, row: LogRow, sent: Map<number, Sent>): void {
  const { seq, node: to, task, attempt, hash, event } = row;
  const last = sent.get(seq);
  const now = performance.now();
  if (!node.heard().has(to) || (last !== undefined && now < nextTry(last))) return;
  sent.set(seq, { at: now, times: (last?.times ?? 0) + 1 });
  const how = event === 'committed' ? 'committed' : 'returned';
  const head = lastHead(node.workspace.root);
  node.send('receipt', to, { type: 'ended', task, attempt, hash, how, head } satisfies Receipt);
}

function nextTry({ at, times }: Sent): number {
  return at + Math.min(AGAIN_MS, LOOK_MS * 2 ** (times - 1));
}

/** Only for work that this node has sent: nobody else fills its log. */
function takeReceipt(node: LiveNode, { from, payload }: Message): void {
  const { task, attempt, hash, how, head } = receiptOf(from, payload);
  if (!task.startsWith(`${from}.`))
    throw new MeshRefusal('not-allowed', `${from} sends a receipt for ${task}`);
  const about = { node: from, task, attempt, hash };
  const { workspace } = node;
  if (!isLogged(workspace.root, ['worked'], about))
    throw new MeshRefusal(
      'not-allowed',
      `${from} sent a receipt for something that was never sent: ${task}`,
    );
  logOnce(workspace, { event: 'receipt', ...about, head, why: how });
  const seen: Receipt = {
    type: 'seen',
    task,
    attempt,
    hash,
    how,
    head: lastHead(workspace.root),
  };
  node.send('receipt', from, seen);
}

function takeConfirmation(node: LiveNode, { from, payload }: Message): void {
  const { task, attempt, hash, how, head } = receiptOf(from, payload);
  const about = { node: from, task, attempt, hash };
  if (!isLogged(node.workspace.root, [how], about))
    throw new MeshRefusal('not-allowed', `${from} confirms what was not sent: ${task}`);
  logOnce(node.workspace, { event: 'confirmed', ...about, head });
}

function receiptOf(from: string, payload: unknown): Receipt {
  const { task, attempt, hash, how, head } = payload as Partial<Receipt>;
  const isWhole =
    typeof task === 'string' &&
    typeof attempt === 'number' &&
    typeof hash === 'string' &&
    typeof head === 'string' &&
    HEAD.test(head) &&
    (how === 'committed' || how === 'returned');
  if (!isWhole) throw new MeshRefusal('malformed', `a receipt of ${from} lacks something`);
  return { type: 'ended', task, attempt, hash, how, head };
}
