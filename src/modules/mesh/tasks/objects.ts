/** Packages and change sets in the object store of the mesh, by the SHA-256 of their text. */
import { type ObjectStore, Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { sha256 } from '../../../kernel/hash.js';
import { MeshRefusal } from '../wire/refusal.js';
import { BUCKET } from '../wire/names.js';

/** Neither a package nor a change set may be larger. */
export const LARGEST_OBJECT = 64 * 1024 * 1024;

export class Objects {
  readonly #connection: NatsConnection;
  #store: Promise<ObjectStore> | undefined;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Safe to call again. @throws as the client does. @returns its name. */
  async put(text: string): Promise<string> {
    const name = sha256(text);
    const store = await this.#open();
    if ((await store.info(name)) === null)
      await store.putBlob({ name }, new TextEncoder().encode(text));
    return name;
  }

  /** Nothing if it is not there. @throws MeshRefusal if it is too large or another content. */
  async get(name: string): Promise<string | undefined> {
    const store = await this.#open();
    const info = await store.info(name);
    if (info === null || info.deleted) return undefined;
    if (info.size > LARGEST_OBJECT)
      throw new MeshRefusal('too-large', `${name} has ${info.size} bytes`);
    const bytes = await store.getBlob(name);
    if (bytes === null) return undefined;
    const text = new TextDecoder().decode(bytes);
    if (sha256(text) === name) return text;
    throw new MeshRefusal('forged', `the content of ${name} has another hash`);
  }

  async #open(): Promise<ObjectStore> {
    this.#store ??= new Objm(this.#connection).open(BUCKET.objects);
    try {
      return await this.#store;
    } catch (error) {
      this.#store = undefined;
      throw error;
    }
  }
}
