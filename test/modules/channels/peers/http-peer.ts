/** An HTTP server on loopback that takes messages, and fails as a test tells it to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export type Request = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
/** `drop`: the connection ends before anything is taken; `lost`: after it is taken. */
export type Fate =
  | { readonly kind: 'take' | 'drop' | 'lost' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    };

export type HttpPeer = {
  readonly url: string;
  /** What it took. */
  readonly taken: Request[];
  /** Of the next request. */
  fate: (request: Request) => Fate;
  /** Called for each that it takes, whether or not its sender hears of it. */
  took: (request: Request) => void;
  /** Called instead of `200 {}` for what it takes. */
  answer: (request: Request, response: ServerResponse) => void;
  close(): Promise<void>;
};

export async function httpPeer(): Promise<HttpPeer> {
  const taken: Request[] = [];
  const server = createServer((incoming, response) => void serve(incoming, response));
  const peer: HttpPeer = {
    url: '',
    taken,
    fate: () => ({ kind: 'take' }),
    took: () => undefined,
    answer: (_request, response) => response.writeHead(200).end('{}'),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
    const fate = peer.fate(request);
    if (fate.kind === 'answer') {
      response.writeHead(fate.status, fate.headers).end(fate.body ?? 'no');
      return;
    }
    if (fate.kind !== 'drop') {
      taken.push(request);
      peer.took(request);
    }
    if (fate.kind === 'take') peer.answer(request, response);
    else incoming.socket.destroy();
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(peer, { url: `http://127.0.0.1:${port}` });
}
