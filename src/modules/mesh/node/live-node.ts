/**
 * This node while it is connected: announces itself, knows the others, sends and takes messages.
 * Everything that the mesh does goes through it.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { Clock } from '../../../kernel/clock.js';
import type { Workspace } from '../../../workspace/types.js';
import type { Identity } from '../identity.js';
import { keysOf, type Roster } from '../roster.js';
import { type MeshSettings, type Permission, meshSettings } from '../settings.js';
import { signedPages } from '../signed-pages.js';
import { type Message, newSession, Opener, Sealer } from '../wire/envelope.js';
import { readSigned, signValue } from '../wire/jws.js';
import { BUCKET, type MessageKind, messageSubject } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import { ANNOUNCE_MS, type Announcement } from './announcement.js';

export type Handler = (message: Message) => Promise<void> | void;
export type Heard = { readonly announcement: Announcement; readonly heardAt: number };
/** What parts of the mesh add to the announcement. */
export type Presence = Pick<Announcement, 'models' | 'tools' | 'running'>;
type Options = {
  readonly workspace: Workspace;
  readonly identity: Identity;
  readonly roster: Roster;
  readonly connection: NatsConnection;
  readonly version: string;
  readonly say: (line: string) => void;
  readonly presence: () => Presence;
};

export class LiveNode {
  readonly workspace: Workspace;
  readonly identity: Identity;
  readonly connection: NatsConnection;
  readonly say: (line: string) => void;
  readonly #options: Options;
  readonly #clock: Clock;
  readonly #settings: () => MeshSettings | undefined;
  readonly #sealer: Sealer;
  readonly #heard = new Map<string, Heard>();
  readonly #handlers = new Map<MessageKind, Handler>();
  #opener: Opener;
  #roster: Roster;
  #nodes: KV | undefined;
  #seq = 0;
  #timer: NodeJS.Timeout | undefined;
  #watch: { stop(): void } | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.workspace = options.workspace;
    this.identity = options.identity;
    this.connection = options.connection;
    this.say = options.say;
    this.#roster = options.roster;
    this.#clock = options.workspace.clock;
    this.#settings = signedPages(options.workspace, ['MESH-SETTINGS', 'MESH-PEER'], meshSettings);
    const session = newSession();
    this.#sealer = new Sealer(options.identity, session);
    this.#opener = new Opener(options.identity.node, session, (node) => this.#keyOf(node));
  }

  get node(): string {
    return this.identity.node;
  }

  get roster(): Roster {
    return this.#roster;
  }

  /** Of a newer roster. A node that it revokes is not heard any more. */
  setRoster(roster: Roster): void {
    this.#roster = roster;
    for (const node of this.#heard.keys())
      if (this.#keyOf(node) === undefined) this.#heard.delete(node);
  }

  /** As MESH.md says now; nothing while it is not signed. */
  settings(): MeshSettings | undefined {
    return this.#settings();
  }

  /** Whether the owner of this workspace lets that node do it, under the key that it has now. */
  may(node: string, permission: Permission): boolean {
    const peer = this.settings()?.peers.find((each) => each.node === node);
    const known = this.#roster.nodes.find(({ id }) => id === node);
    return peer?.key === known?.key && peer?.may.includes(permission) === true;
  }

  /** The others, by id, and when each was last heard by this node's clock. */
  heard(): ReadonlyMap<string, Heard> {
    return this.#heard;
  }

  keyOf(node: string): ReturnType<ReturnType<typeof keysOf>> {
    return this.#keyOf(node);
  }

  /** One handler for each kind; set before `start`. */
  on(kind: MessageKind, handler: Handler): void {
    this.#handlers.set(kind, handler);
  }

  async start(): Promise<void> {
    this.#nodes = await new Kvm(this.connection).open(BUCKET.nodes);
    this.connection.subscribe(`mesh.to.${this.node}.>`, {
      callback: (error, message) => {
        if (error === null) void this.#take(message.string());
      },
    });
    const watch = await this.#nodes.watch();
    this.#watch = watch;
    void this.#listen(watch);
    await this.announce();
    this.#timer = setInterval(() => void this.#announceIfPossible(), ANNOUNCE_MS);
    this.#timer.unref();
  }

  /** At once when something changed that others have to know. */
  async announce(leaves?: true): Promise<void> {
    const { presence, version } = this.#options;
    const settings = this.settings();
    const announcement: Announcement = {
      node: this.node,
      session: this.#opener.session,
      seq: ++this.#seq,
      version,
      time: this.#clock.now().toISOString(),
      tags: settings?.tags ?? [],
      capacity: settings?.capacity ?? 0,
      ...presence(),
      ...(leaves === undefined ? {} : { leaves }),
    };
    const text = signValue(
      'announcement',
      { node: this.node, key: this.identity.key },
      announcement,
    );
    await this.#nodes?.put(this.node, text);
  }

  /**
   * @throws MeshRefusal `unknown-node` for one that was never heard, `too-large`.
   * That it is sent does not mean that it arrived.
   */
  send(kind: MessageKind, to: string, payload: unknown): void {
    const receiver = this.#heard.get(to)?.announcement;
    if (receiver === undefined) throw new MeshRefusal('unknown-node', `nothing was heard of ${to}`);
    const text = this.#sealer.seal(kind, receiver, payload);
    this.connection.publish(messageSubject(to, kind, this.node), text);
  }

  /** Says that it leaves. The connection is the caller's. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#watch?.stop();
    if (!this.connection.isClosed()) await this.announce(true).catch(() => undefined);
  }

  async #take(text: string): Promise<void> {
    try {
      const message = this.#opener.open(text);
      await this.#handlers.get(message.kind)?.(message);
    } catch (error) {
      this.say(
        `a message was not taken: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async #listen(entries: AsyncIterable<KvEntry>): Promise<void> {
    for await (const entry of entries) this.#hear(entry.string());
  }

  #hear(text: string): void {
    try {
      const { from, body } = readSigned('announcement', text, (node) => this.#keyOf(node));
      const announcement = body as Announcement;
      if (announcement.node !== from) return;
      const before = this.#heard.get(from)?.announcement;
      const isOlder = before?.session === announcement.session && before.seq >= announcement.seq;
      if (!isOlder) this.#heard.set(from, { announcement, heardAt: this.#clock.now().getTime() });
    } catch (error) {
      this.say(
        `an announcement was not taken: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async #announceIfPossible(): Promise<void> {
    await this.announce().catch(() => undefined);
  }

  #keyOf(node: string): ReturnType<ReturnType<typeof keysOf>> {
    return keysOf(this.#roster)(node);
  }
}
