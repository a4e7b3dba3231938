/** The secret words with which jobs elsewhere report, hashed, in the state directory. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { sha256 } from '../../../kernel/hash.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';

type Stored = {
  readonly port: number;
  /** By job: SHA-256 of its token. */
  readonly tokens: Readonly<Record<string, string>>;
};

const FILE = 'job-heartbeats.json';
/** Not in use by a well-known service. */
const DEFAULT_PORT = 7468;

/** A new one; the one before it is refused from now on. */
export function newToken(
  state: string,
  job: string,
  wanted: number | undefined,
): { readonly token: string; readonly port: number } {
  const token = randomBytes(24).toString('base64url');
  const before = readStored(state);
  const port = wanted ?? before?.port ?? DEFAULT_PORT;
  writeJsonDurably(pathOf(state), {
    port,
    tokens: { ...before?.tokens, [job]: sha256(token) },
  } satisfies Stored);
  return { token, port };
}

export function portOf(text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1024 && port <= 65_535) return port;
  throw new NocturneError('USAGE', `--port ${String(text)} is not a port from 1024 to 65535`);
}

/** `undefined`: no job has a token. */
export function heartbeatPort(state: string): number | undefined {
  return readStored(state)?.port;
}

/** Takes as long for a wrong token as for a right one. */
export function isToken(state: string, job: string, token: string): boolean {
  const stored = readStored(state)?.tokens ?? {};
  const known = Object.hasOwn(stored, job) ? stored[job] : undefined;
  const expected = Buffer.from(known ?? sha256('none'), 'hex');
  return timingSafeEqual(Buffer.from(sha256(token), 'hex'), expected) && known !== undefined;
}

function readStored(state: string): Stored | undefined {
  return readJson<Stored>(pathOf(state));
}

function pathOf(state: string): string {
  return join(state, FILE);
}
