/** Server-sent events: the version of the workspace, at once and after each change. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Changes } from './changes.js';

/** A connection that hears nothing for longer is dead. */
const BEAT_MS = 10_000;
const MOST = 100;

export function streamChanges(request: Context, changes: Changes): Response {
  if (changes.listeners >= MOST)
    return request.text('Too many pages are open.', 503, { 'retry-after': '30' });
  return streamSSE(request, async (stream) => {
    const send = (version: string): Promise<void> =>
      stream.writeSSE({ event: 'version', id: version, data: version });
    const stop = changes.listen((version) => void send(version));
    stream.onAbort(stop);
    try {
      await send(changes.version);
      while (!stream.aborted && !stream.closed) {
        await stream.sleep(BEAT_MS);
        await stream.writeSSE({ event: 'beat', data: '' });
      }
    } finally {
      stop();
    }
  });
}
