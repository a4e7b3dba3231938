/** The first bytes of a server, before any login: who it says it is, and its certificate. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { parsedJson } from '../../../kernel/parsed-json.js';

export type Greeting = {
  readonly version: string;
  readonly jetstream: boolean;
  readonly tlsRequired: boolean;
  readonly maxPayload: number;
};
/** `code`: of the system or of the TLS library, or `NOT_NATS`, `SILENT`. */
export type Unreached = { readonly code: string; readonly message: string };
export type Handshake = { readonly validTo: Date } | { readonly problem: Unreached };

const WAIT_MS = 5_000;
const LONGEST_GREETING = 64 * 1024;

/** Calls `use` with the socket after the greeting, and then closes it. */
export async function greetServer<T>(
  { host, port }: { readonly host: string; readonly port: number },
  use: (greeting: Greeting, socket: Socket) => Promise<T>,
): Promise<T | Unreached> {
  const socket = connectTcp({ host, port });
  try {
    const greeting = await greetingOf(socket);
    return 'code' in greeting ? greeting : await use(greeting, socket);
  } finally {
    socket.destroy();
  }
}

export function shakeHands(
  socket: Socket,
  { host, authority }: { readonly host: string; readonly authority: string },
): Promise<Handshake> {
  return new Promise((done) => {
    const secure = connectTls({ socket, ca: authority, host });
    const fail = (code: string, message: string): void => done({ problem: { code, message } });
    secure.setTimeout(WAIT_MS, () => fail('SILENT', 'the server does not answer'));
    secure.once('error', (error) => fail(codeOf(error) ?? 'TLS', error.message));
    secure.once('secureConnect', () => {
      done({ validTo: new Date(secure.getPeerCertificate().valid_to) });
      secure.destroy();
    });
  });
}

function greetingOf(socket: Socket): Promise<Greeting | Unreached> {
  return new Promise((done) => {
    let text = '';
    const fail = (code: string, message: string): void => done({ code, message });
    socket.setTimeout(WAIT_MS, () => fail('SILENT', 'nothing answers there'));
    socket.once('error', (error) => fail(codeOf(error) ?? 'NETWORK', error.message));
    socket.once('close', () => fail('NOT_NATS', 'it closed the connection'));
    const hear = (part: Buffer): void => {
      text += part.toString('utf8');
      if (!text.includes('\r\n') && text.length < LONGEST_GREETING) return;
      socket.off('data', hear);
      socket.pause();
      done(readGreeting(text) ?? { code: 'NOT_NATS', message: 'something else answers there' });
    };
    socket.on('data', hear);
  });
}

function readGreeting(text: string): Greeting | undefined {
  const json = /^INFO (.*)\r\n/.exec(text)?.[1];
  const info = json === undefined ? undefined : parsedJson(json);
  if (typeof info !== 'object' || info === null) return undefined;
  const said = info as Readonly<Record<string, unknown>>;
  return {
    version: String(said['version'] ?? ''),
    jetstream: said['jetstream'] === true,
    tlsRequired: said['tls_required'] === true,
    maxPayload: Number(said['max_payload'] ?? 0),
  };
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
