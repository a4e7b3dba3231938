/** Passes an answer on, and settles its call before the client can see the end of it. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Call } from './call.js';
import { bytesWithoutKey } from './headers.js';
import { parsedObject } from './protocols/json.js';
import { dataOf, SseFrames } from './sse-frames.js';
import { isUnbilled } from './unbilled.js';
import { type Answered, readAll } from './upstream.js';

/** Embeddings of a large batch have some tens of megabytes. */
const LONGEST_ANSWER = 128 * 1024 * 1024;
const LEAVES_MS = 1;
const PLAIN = { isHidden: false, isLast: false };
const NOTHING_USED = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

export type Relay = {
  readonly call: Call;
  readonly answered: Answered;
  readonly key: string;
  /** Of the endpoint. */
  readonly host: string;
  /** Ends the connection to the client, so that it sees that the answer is not complete. */
  readonly cut: () => void;
};

/** @throws if the answer is cut. */
export async function relayWhole({ call, answered, key, host }: Relay): Promise<Buffer> {
  try {
    const bytes = await readAll(answered.chunks, LONGEST_ANSWER);
    const { reader } = call.facts;
    const body = parsedObject(bytes.toString('utf8')) ?? {};
    if (isUnbilled({ status: answered.status, host, body }))
      call.settle({ kind: 'counted', usage: NOTHING_USED });
    else {
      if (answered.status < 300) reader.whole(body);
      call.settleByUsage();
      call.remember();
    }
    return bytesWithoutKey(bytes, key);
  } finally {
    call.settle({ kind: 'unconfirmed' });
  }
}

export function relayEvents({ call, answered, key, cut }: Relay): ReadableStream<Uint8Array> {
  const { reader } = call.facts;
  const frames = new SseFrames();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        for (let hasPassed = false; !hasPassed; ) {
          const next = await answered.chunks.next();
          const isOver = next.done === true;
          const complete = isOver ? frames.rest() : frames.push(next.value);
          const shown: Buffer[] = [];
          const pass = (): void => {
            if (shown.length === 0) return;
            hasPassed = true;
            controller.enqueue(bytesWithoutKey(Buffer.concat(shown.splice(0)), key));
          };
          for (const frame of complete) {
            const data = dataOf(frame.toString('utf8'));
            const { isHidden, isLast } = data === '' ? PLAIN : reader.event(data);
            if (isLast) {
              pass();
              if (hasPassed) await left();
              // A client that has seen the last event may ask again at once.
              call.settleByUsage();
            }
            if (!isHidden) shown.push(frame);
          }
          pass();
          if (!isOver) continue;
          call.settleByUsage();
          call.remember();
          return controller.close();
        }
      } catch {
        call.settleByUsage();
        cut();
        controller.close();
      }
    },
    cancel() {
      call.abort();
      call.settleByUsage();
    },
  });
}

/**
 * What came with the last event leaves before the ledger is flushed, which stops this process. A
 * reader in this process has it a turn later, and its timers start then.
 */
async function left(): Promise<void> {
  await nextTurn();
  await sleep(LEAVES_MS);
}
