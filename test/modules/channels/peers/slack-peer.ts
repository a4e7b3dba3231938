/** Slack on loopback: an incoming webhook, and Socket Mode with its WebSocket. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { acceptSocket, type Socket } from './web-socket.js';
import type { Fate } from './http-peer.js';

export type SlackMessage = {
  readonly user: string;
  readonly text: string;
  readonly ts: string;
  readonly channel?: string;
  readonly more?: Readonly<Record<string, unknown>>;
};
export type SlackPeer = {
  readonly hook: string;
  readonly api: string;
  readonly texts: string[];
  /** As they were sent. */
  readonly bodies: unknown[];
  fate: (text: string) => Fate['kind'];
  /** Sends it to whoever is connected, and waits for the acknowledgement. */
  arrive(message: SlackMessage): Promise<void>;
  connected(): Promise<void>;
  close(): Promise<void>;
};

export async function slackPeer(): Promise<SlackPeer> {
  const texts: string[] = [];
  const bodies: unknown[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Map<string, () => void>();
  const arrivals: (() => void)[] = [];
  let envelope = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/api/apps.connections.open') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${portOf()}/link` }));
      return;
    }
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { text: string };
    const { text } = body;
    bodies.push(body);
    const fate = peer.fate(text);
    if (fate === 'take' || fate === 'lost') texts.push(text);
    if (fate === 'take') response.end('ok');
    else if (fate === 'answer') response.writeHead(400).end('invalid_payload');
    else request.socket.destroy();
  });
  const portOf = (): number => (server.address() as AddressInfo).port;
  server.on('upgrade', (request, raw) => {
    const socket = acceptSocket(request, raw, {
      text(data) {
        const { envelope_id = '' } = JSON.parse(data) as { envelope_id?: string };
        waiting.get(envelope_id)?.();
      },
      closed: () => void sockets.delete(socket),
    });
    sockets.add(socket);
    socket.send(JSON.stringify({ type: 'hello', num_connections: 1 }));
    for (const arrived of arrivals.splice(0)) arrived();
  });
  const peer: SlackPeer = {
    hook: '',
    api: '',
    texts,
    bodies,
    fate: () => 'take',
    arrive({ user, text, ts, channel = 'C42', more = {} }) {
      const envelope_id = `e${++envelope}`;
      const event = { type: 'message', user, text, ts, channel, ...more };
      const payload = { type: 'event_callback', event };
      const acknowledged = new Promise<void>((resolve) => waiting.set(envelope_id, resolve));
      for (const socket of sockets)
        socket.send(JSON.stringify({ type: 'events_api', envelope_id, payload }));
      return acknowledged;
    },
    connected: () =>
      sockets.size > 0 ? Promise.resolve() : new Promise<void>((resolve) => arrivals.push(resolve)),
    async close() {
      for (const socket of sockets) socket.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(peer, {
    hook: `http://127.0.0.1:${portOf()}/hook`,
    api: `http://127.0.0.1:${portOf()}/api/`,
  });
}
