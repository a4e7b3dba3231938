/**
 * One request to a model's endpoint. It is sent once; the client decides whether to ask again.
 */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';

export type UpstreamRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** A Unix socket that serves it instead of the host. */
  readonly socket?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Its abort closes the connection, also while the answer is read. */
  readonly signal: AbortSignal;
  readonly patience: Patience;
};
/** Milliseconds: until the connection stands, and without any byte after that. */
export type Patience = { readonly connectMs: number; readonly idleMs: number };

export type Answered = {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Throws if the connection ends before the answer does. */
  readonly chunks: AsyncIterator<Buffer>;
};
/** `not-sent`: no byte has left. `isLate`: a time-out. */
export type Unanswered = {
  readonly kind: 'not-sent' | 'failed';
  readonly code: string;
  readonly isLate: boolean;
};

/** Shorter than most servers keep an idle connection, so that none is used while it closes. */
const IDLE_CONNECTION_MS = 4_000;
const LATE = 'ETIMEDOUT';
const agents = {
  'http:': new HttpAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
  'https:': new HttpsAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
};

export function sendUpstream(request: UpstreamRequest): Promise<Answered | Unanswered> {
  const { method, url, socket, headers, body, signal, patience } = request;
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve) => {
    const outgoing = (isSecure ? requestHttps : requestHttp)(url, {
      method,
      headers,
      signal,
      agent: agents[isSecure ? 'https:' : 'http:'],
      timeout: patience.idleMs,
      ...(socket === undefined ? {} : { socketPath: socket }),
    });
    let hasLeft = false;
    const late = (): void => void outgoing.destroy(lateError());
    const connecting = setTimeout(late, patience.connectMs);
    outgoing.on('socket', (socket: Socket) => {
      const stands = (): void => {
        hasLeft = true;
        clearTimeout(connecting);
      };
      if (!socket.connecting) return stands();
      socket.once(isSecure ? 'secureConnect' : 'connect', stands);
    });
    outgoing.on('timeout', late);
    outgoing.on('error', (error) => {
      clearTimeout(connecting);
      const code = codeOf(error);
      resolve({ kind: hasLeft ? 'failed' : 'not-sent', code, isLate: code === LATE });
    });
    outgoing.on('response', (incoming) =>
      resolve({
        kind: 'answered',
        status: incoming.statusCode ?? 502,
        headers: incoming.headers,
        chunks: incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer>,
      }),
    );
    outgoing.end(body);
  });
}

/** Of the system, of TLS, or of this file. */
function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

function lateError(): Error {
  return Object.assign(new Error('the endpoint does not answer'), { code: LATE });
}

/** The rest of an answer. @throws if it is longer than `most` bytes, or cut. */
export async function readAll(chunks: AsyncIterator<Buffer>, most: number): Promise<Buffer> {
  const read: Buffer[] = [];
  let length = 0;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    length += next.value.length;
    if (length > most) {
      await chunks.return?.();
      throw Object.assign(new Error(`the answer is longer than ${most} bytes`), { code: 'EFBIG' });
    }
    read.push(next.value);
  }
  return Buffer.concat(read);
}
