/** Packages and change sets on the server, by SHA-256. Not for what every command loads. */
import { type ObjectStore, Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUCKET } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import { keepObject, keptObject } from './kept-objects.js';
import { LONGEST_PACKAGE } from './pack.js';

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
    await store.putBlob({ name }, new TextEncoder().encode(text));
  return name;
}

/** @throws MeshRefusal `malformed` if it is not there or another one, `too-large`. */
export async function fetchObject(
  connection: NatsConnection,
  state: string,
  name: string,
): Promise<string> {
  const kept = keptObject(state, name);
  if (kept !== undefined) return kept;
  const store = await storeOf(connection);
  const info = await store.info(name);
  if (info === null || info.deleted)
    throw new MeshRefusal('malformed', `the server does not have the object ${name.slice(0, 12)}`);
  if (info.size > LONGEST_PACKAGE)
    throw new MeshRefusal('too-large', `the object ${name.slice(0, 12)} has ${info.size} bytes`);
  const blob = await store.getBlob(name);
  const text = blob === null ? '' : new TextDecoder().decode(blob);
  if (keepObject(state, text) !== name)
    throw new MeshRefusal('forged', `the object ${name.slice(0, 12)} is another one`);
  return text;
}

async function storeOf(connection: NatsConnection): Promise<ObjectStore> {
  return new Objm(connection).open(BUCKET.objects);
}
