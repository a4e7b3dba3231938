/** Packages and change sets on the server, by SHA-256. Not for what every command loads. */
import { type ObjectStore, Objm } from '@nats-io/obj';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { messageOf } from '../../../kernel/error.js';
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
  // The client would follow a link that leads to itself for ever.
  if (info.options?.link !== undefined)
    throw new MeshRefusal('forged', `the object ${name.slice(0, 12)} is a link`);
  if (info.size > LONGEST_PACKAGE)
    throw new MeshRefusal('too-large', `the object ${name.slice(0, 12)} has ${info.size} bytes`);
  const text = await timely(textOf(store, name, info.size));
  if (sha256(text) !== name)
    throw new MeshRefusal('forged', `the object ${name.slice(0, 12)} is another one`);
  keepObject(state, text);
  return text;
}

/**
 * Any node may write the parts of an object, and its description: no more is read than that says.
 * @throws MeshRefusal `too-large`, or `forged` if the parts are others.
 */
async function textOf(store: ObjectStore, name: string, size: number): Promise<string> {
  const found = await store.get(name);
  if (found === null) return '';
  found.error.catch(() => undefined);
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = found.data.getReader();
  const shown = name.slice(0, 12);
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new MeshRefusal('forged', `the object ${shown} is not whole: ${messageOf(cause)}`);
    });
    if (done) return Buffer.concat(parts).toString('utf8');
    parts.push(value);
    length += value.length;
    if (length <= size) continue;
    await reader.cancel();
    throw new MeshRefusal('too-large', `the object ${shown} has more than its ${size} bytes`);
  }
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
