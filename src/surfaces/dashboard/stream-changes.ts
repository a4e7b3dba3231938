/**
 * Server-sent events: the version of the workspace, after each change and when a page connects that
 * shows another one. What a slow client has not read yet is not added to: it hears of the last
 * version only, and one that reads nothing is dropped.
 */
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { ownerZone } from '../../project/owner-zone.js';
import { clockTime } from './clock-time.js';
import type { Env, Served } from './types.js';

/** A connection that hears nothing for longer is dead. */
const BEAT_MS = 10_000;
/** Between two versions: an agent may write many files at once. */
const QUIET_MS = 300;
const LONGEST_WRITE_MS = 20_000;
const MOST = 100;

export function streamChanges(served: Served, request: Context<Env>): Response {
  const { changes } = served;
  if (changes.listeners >= MOST)
    return request.text('Too many pages are open.\n', 503, { 'retry-after': '30' });
  const knows = request.req.header('last-event-id') ?? request.req.query('version');
  const cookie = request.get('cookie');
  const ear = changes.listen();
  return streamSSE(request, async (stream) => {
    stream.onAbort(() => ear.close());
    try {
      await (knows === changes.version
        ? send(stream, 'beat', timeOfDay(served))
        : send(stream, 'version', changes.version));
      while (!stream.aborted) {
        const version = await ear.next(BEAT_MS);
        if (stream.aborted) return;
        if (served.sessions.find(cookie) === undefined) {
          await send(stream, 'ended', '');
          return;
        }
        const isSent = await (version === undefined
          ? send(stream, 'beat', timeOfDay(served))
          : send(stream, 'version', version));
        if (!isSent) return stream.abort();
        if (version !== undefined) await stream.sleep(QUIET_MS);
      }
    } finally {
      ear.close();
    }
  });
}

/** False: the client does not read. */
async function send(stream: SSEStreamingApi, event: string, data: string): Promise<boolean> {
  const id = event === 'version' ? { id: data } : {};
  const tooLate = new AbortController();
  const timer = setTimeout(() => tooLate.abort(), LONGEST_WRITE_MS);
  const late = new Promise<boolean>((resolve) => {
    tooLate.signal.addEventListener('abort', () => resolve(false), { once: true });
  });
  const written = stream.writeSSE({ event, data, ...id }).then(() => true);
  const isSent = await Promise.race([written, late]);
  clearTimeout(timer);
  return isSent;
}

/** Nothing has changed until now: a page that shows this version is as of now. */
function timeOfDay({ workspace }: Served): string {
  try {
    return clockTime(workspace.clock.now(), ownerZone(workspace.snapshot()));
  } catch {
    return '';
  }
}
