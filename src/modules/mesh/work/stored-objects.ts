/** Texts on the server, in the object store, where any node may write anything. */
import { type ObjectInfo, type ObjectStore, Objm } from '@nats-io/obj';
import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUCKET } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';

/** The client waits for ever for what a broken connection has swallowed. */
const LONGEST_MS = 60_000;

const stores = new WeakMap<NatsConnection, Promise<ObjectStore>>();

/**
 * Not again where it is there.
 * @param readers who can read it, in one text: the same name may be written for others.
 * @param isLost what is there is not it.
 */
export async function putObject(
  connection: NatsConnection,
  { name, readers, isLost = false }: { name: string; readers: string; isLost?: boolean },
  text: () => Promise<string> | string,
): Promise<void> {
  const store = await storeOf(connection);
  const info = isLost ? null : await store.info(name);
  if (info !== null && !info.deleted && info.metadata?.['readers'] === readers) return;
  const blob = new TextEncoder().encode(await text());
  await timely(store.putBlob({ name, metadata: { readers } }, blob));
}

/**
 * Nothing if the server does not have it.
 * @throws MeshRefusal `bad-object`; and as the client does.
 */
export async function getObject(
  connection: NatsConnection,
  name: string,
  longest: number,
): Promise<string | undefined> {
  const store = await storeOf(connection);
  const info = await store.info(name);
  if (info === null || info.deleted) return undefined;
  // The client would follow a link that leads to itself for ever.
  if (info.options?.link !== undefined) throw badObject(name, 'is a link');
  if (info.size > longest) throw badObject(name, `has ${info.size} bytes`);
  return await textOf(connection, info);
}

export function badObject(name: string, what: string): MeshRefusal {
  return new MeshRefusal('bad-object', `the object ${name.slice(0, 12)} ${what}`);
}

/**
 * Part by part: the client would make a consumer for each object and leave it for five minutes, and
 * the server allows 1,000. Any node may write the parts of an object, and its description: no more
 * is read than that says.
 * @throws MeshRefusal `bad-object`
 */
async function textOf(
  connection: NatsConnection,
  { name, nuid, size }: Pick<ObjectInfo, 'name' | 'nuid' | 'size'>,
): Promise<string> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  const subject = `$O.${BUCKET.objects}.C.${nuid}`;
  const parts: Uint8Array[] = [];
  for (let length = 0, next = 1; length < size; ) {
    const query = { seq: next, next_by_subj: subject };
    const part = await streams.getMessage(`OBJ_${BUCKET.objects}`, query);
    if (part === null || part.data.length === 0)
      throw badObject(name, `is not whole: ${length} of ${size} bytes are there`);
    parts.push(part.data);
    [length, next] = [length + part.data.length, part.seq + 1];
    if (length > size) throw badObject(name, `has more than its ${size} bytes`);
  }
  return Buffer.concat(parts).toString('utf8');
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
