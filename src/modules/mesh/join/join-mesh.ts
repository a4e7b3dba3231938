/** A new node asks the lead with its invitation, and takes the roster that it gets. */
import { fromSeed } from '@nats-io/nkeys';
import type { NatsConnection } from '@nats-io/transport-node';
import { Kvm } from '@nats-io/kv';
import { setTimeout as pause } from 'node:timers/promises';
import { defined } from '../../../kernel/defined.js';
import type { Identity } from '../identity.js';
import { openRoster, type Roster, takeRoster } from '../roster.js';
import { connectMesh } from '../wire/connect.js';
import { signValue } from '../wire/jws.js';
import { BUCKET, joinInboxPrefix, joinSubject } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import { type JoinBody, type JoinRequest, readAnswer } from './join-request.js';
import type { JoinToken } from './token.js';

const CONNECT_MS = 10_000;
const ANSWER_MS = 15_000;
/** The server takes the new roster after the lead has answered. */
const LOGIN_MS = 20_000;

/**
 * @throws MeshRefusal what the lead says, or `forged` if the roster is not its own; else as the
 * client does, such as an error with `code` `ECONNREFUSED`.
 */
export async function askToJoin(
  state: string,
  token: JoinToken,
  identity: Identity,
): Promise<Roster> {
  const text = await answerOf(state, token, identity);
  if (typeof text !== 'string') return text;
  const roster = openRoster(text, token.leadKey);
  const own = roster.nodes.find(({ id }) => id === identity.node);
  if (roster.mesh !== token.mesh || own?.key !== identity.publicKey)
    throw new MeshRefusal('forged', 'the roster that came back does not have this node');
  return takeRoster(state, text, token.leadKey);
}

/**
 * The signed roster, or the one that the server has if the lead let this node in and its answer was
 * lost. The server cuts the login of a token that was just used.
 */
async function answerOf(
  state: string,
  token: JoinToken,
  identity: Identity,
): Promise<string | Roster> {
  try {
    return await request(token, identity);
  } catch (error) {
    if (error instanceof MeshRefusal && error.code !== 'invite-used') throw error;
    const roster = await rosterByLogin(state, token, identity);
    if (roster !== undefined) return roster;
    if (error instanceof MeshRefusal) throw error;
    return request(token, identity);
  }
}

async function request(token: JoinToken, identity: Identity): Promise<string> {
  const { mesh, invite, seed } = token;
  const { node, publicKey, login, key } = identity;
  const body: JoinBody = { mesh, invite, node, key: publicKey, login };
  const signed = signValue('join', { node, key }, body);
  const proof = fromSeed(new TextEncoder().encode(seed)).sign(new TextEncoder().encode(signed));
  const asked: JoinRequest = { signed, proof: Buffer.from(proof).toString('base64url') };
  const connection = await connectMesh(
    addressOf(token),
    { node, seed },
    { timeoutMs: CONNECT_MS, once: true, inbox: joinInboxPrefix(invite) },
  );
  try {
    const answer = await connection.request(joinSubject(invite), JSON.stringify(asked), {
      timeout: ANSWER_MS,
    });
    return readAnswer(answer.string());
  } finally {
    await connection.close().catch(() => undefined);
  }
}

/** Whether the server knows the new login by now. */
export async function canLogIn(token: JoinToken, identity: Identity): Promise<boolean> {
  for (const end = Date.now() + LOGIN_MS; Date.now() < end; await pause(200)) {
    const connection = await connectOnce(token, identity);
    if (connection === undefined) continue;
    await connection.close();
    return true;
  }
  return false;
}

/** The roster for a node that the lead knows already; nothing for any other. */
export async function rosterByLogin(
  state: string,
  token: JoinToken,
  identity: Identity,
): Promise<Roster | undefined> {
  const connection = await connectOnce(token, identity);
  if (connection === undefined) return undefined;
  try {
    const bucket = await new Kvm(connection).open(BUCKET.roster);
    const entry = await bucket.get('roster');
    return entry === null ? undefined : takeRoster(state, entry.string(), token.leadKey);
  } finally {
    await connection.close();
  }
}

async function connectOnce(
  token: JoinToken,
  identity: Identity,
): Promise<NatsConnection | undefined> {
  try {
    return await connectMesh(addressOf(token), identity, { timeoutMs: CONNECT_MS, once: true });
  } catch {
    return undefined;
  }
}

function addressOf({ url, authority }: JoinToken): { readonly url: string; readonly ca?: string } {
  return defined({ url, ca: authority });
}
