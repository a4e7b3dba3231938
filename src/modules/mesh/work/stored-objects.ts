/** Packages and change sets on the server, by SHA-256. Not for what every command loads. */
import { type ObjectStore, Objm } from '@nats-io/obj';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { sha256 } from '../../../kernel/hash.js';
import { BUCKET } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import { keepObject, keptObject } from './kept-objects.js';
import { LONGEST_PACKAGE } from './pack.js';

/** The client waits for ever for parts of an object that a broken connection has swallowed. */
const LONGEST_MS = 60_000;

const stores = new WeakMap<NatsConnection, Promise<ObjectStore>>();

/** Keeps it here as well, so that it can be sent again. Returns its SHA-256. */
export async function sendObject(
  connection: NatsConnection,
  state: string,
  text: string,
): Promise<string> {
  const name = keepObject(state, text);
  const store = await storeOf(connection);
  const info = await store.info(name);
  if (info === null || info.deleted || info.size !== Buffer.byteLength(text))
    await timely(store.putBlob({ name }, new TextEncoder().encode(text)));
  return name;
}

/**
 * Keeps it here as well. Nothing if neither this node nor the server has it.
 * @throws MeshRefusal `too-large`, `forged` if it is another one; and as the client does.
 */
export async function fetchObject(
  connection: NatsConnection,
  state: string,
  name: string,
): Promise<string | undefined> {
  const kept = keptObject(state, name);
  if (kept !== undefined) return kept;
  const store = await storeOf(connection);
  const info = await store.info(name);
  if (info === null || info.deleted) return undefined;
  if (info.size > LONGEST_PACKAGE)
    throw new MeshRefusal('too-large', `the object ${name.slice(0, 12)} has ${info.size} bytes`);
  const blob = await timely(store.getBlob(name));
  const text = blob === null ? '' : new TextDecoder().decode(blob);
  if (sha256(text) !== name)
    throw new MeshRefusal('forged', `the object ${name.slice(0, 12)} is another one`);
  keepObject(state, text);
  return text;
}

/** Opened once; again after it could not be. */
async function storeOf(connection: NatsConnection): Promise<ObjectStore> {
  const store = stores.get(connection) ?? new Objm(clientOf(connection)).open(BUCKET.objects);
  stores.set(connection, store);
  try {
    return await store;
  } catch (error) {
    stores.delete(connection);
    throw error;
  }
}

/** A node may not ask about the account, which the client does first unless told otherwise. */
function clientOf(connection: NatsConnection): JetStreamClient {
  return jetstream(connection, { checkAPI: false });
}

/** @throws Error after a minute */
async function timely<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the object store did not answer')), LONGEST_MS);
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
