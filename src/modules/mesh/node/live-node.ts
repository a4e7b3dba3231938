/**
 * This node while it is connected: announces itself, knows the others, sends and takes messages.
 * Everything that the mesh does goes through it.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { Clock } from '../../../kernel/clock.js';
import { messageOf } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import type { Identity } from '../identity.js';
import { keysOf, type Roster } from '../roster.js';
import { type MeshSettings, type Permission, meshSettings } from '../settings.js';
import { signedPages } from '../signed-pages.js';
import { type Message, newSession, Opener, Sealer } from '../wire/envelope.js';
import type { Reader } from '../wire/jwe.js';
import { readSigned, signValue } from '../wire/jws.js';
import { BUCKET, type MessageKind, messageSubject } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import { ANNOUNCE_MS, type Announcement } from './announcement.js';
import { type Heard, Hearing } from './hearing.js';
import { LARGEST_ANNOUNCEMENT, readAnnouncement } from './read-announcement.js';
import { Readers } from './readers.js';

/** The payload of a message of kind `refusal`. */
export type RefusedKind = { readonly code: 'unknown-kind'; readonly kind: string };
export type RefusalListener = (sender: string, error: unknown) => void;
export type Handler = (message: Message) => Promise<void> | void;
export type { Heard } from './hearing.js';
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
  readonly readers: Readers;
  readonly #options: Options;
  readonly #clock: Clock;
  readonly #settings: () => MeshSettings | undefined;
  readonly #sealer: Sealer;
  readonly #hearing: Hearing;
  readonly #handlers = new Map<string, Handler>();
  #opener: Opener;
  #refused: RefusalListener | undefined;
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
    this.readers = new Readers(options.workspace.state, options.identity);
    this.#roster = options.roster;
    this.#clock = options.workspace.clock;
    this.#settings = signedPages(options.workspace, ['MESH-SETTINGS', 'MESH-PEER'], meshSettings);
    const session = newSession();
    this.#hearing = new Hearing({ node: options.identity.node, session }, () =>
      this.#clock.now().getTime(),
    );
    this.#sealer = new Sealer(options.identity, session);
    this.#opener = new Opener(options.identity.node, session, (node) => this.keyOf(node));
  }

  get node(): string {
    return this.identity.node;
  }

  get roster(): Roster {
    return this.#roster;
  }

  /** Of a newer roster. A node that it revokes is not heard any more; a new one is, at once. */
  setRoster(roster: Roster): void {
    const isNew = roster.nodes.some(({ id, key }) => key !== this.#signingKeyOf(id));
    this.#roster = roster;
    for (const node of this.#hearing.all.keys())
      if (this.keyOf(node) === undefined) this.#hearing.forget(node);
    // What it announced before its roster came here was refused.
    if (isNew) void this.#listenAgain().catch(() => undefined);
  }

  /** As MESH.md says now; nothing while it is not signed. */
  settings(): MeshSettings | undefined {
    return this.#settings();
  }

  /** Whether the owner of this workspace lets that node do it, under the key that it has now. */
  may(node: string, permission: Permission): boolean {
    const peer = this.settings()?.peers.find((each) => each.node === node);
    return peer?.key === this.#signingKeyOf(node) && peer?.may.includes(permission) === true;
  }

  /** With its key; `older`: its release has none. Nothing: it was never heard. */
  readerOf(node: string): Reader | 'older' | undefined {
    const known = this.readers.of(node, this.#signingKeyOf(node));
    return known ?? (this.#hearing.all.has(node) ? 'older' : undefined);
  }

  /**
   * The others that can work with this one, by id, and when each was last heard by this node's
   * clock.
   */
  heard(): ReadonlyMap<string, Heard> {
    return this.#hearing.heard;
  }

  /** Also those of another version of the protocol, to show them. */
  heardAtAll(): ReadonlyMap<string, Heard> {
    return this.#hearing.all;
  }

  /**
   * Since when it hears the others without a gap: its own announcements come back. Nothing while it
   * does not hear: then silence says nothing about anybody.
   */
  hearsSince(): number | undefined {
    return this.#hearing.since;
  }

  keyOf(node: string): ReturnType<ReturnType<typeof keysOf>> {
    return keysOf(this.#roster)(node);
  }

  /**
   * One handler for each kind, or for each `type` that payloads of this kind name; set before
   * `start`. What names a type without a handler goes to the one of its kind.
   */
  on(kind: MessageKind, handler: Handler, type = ''): void {
    this.#handlers.set(handlerKey(kind, type), handler);
  }

  /** One listener, which records what is not taken, and of whom by the server's word. */
  onRefused(listener: RefusalListener): void {
    this.#refused = listener;
  }

  async start(): Promise<void> {
    this.#nodes = await new Kvm(this.connection).open(BUCKET.nodes);
    void this.#followConnection();
    this.connection.subscribe(`mesh.to.${this.node}.>`, {
      callback: (error, message) => {
        if (error === null) void this.#take(message.string(), message.subject);
      },
    });
    await this.#openWatch(this.#nodes);
    await this.announce();
    this.#timer = setInterval(() => void this.#tick(), ANNOUNCE_MS);
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
      reader: this.readers.publicKey,
      ...(leaves === undefined ? {} : { leaves }),
    };
    const by = { node: this.node, key: this.identity.key };
    const text = signValue('announcement', by, announcement);
    await this.#nodes?.put(this.node, text);
  }

  /**
   * @throws MeshRefusal `unknown-node` for one that was never heard, `too-large`.
   * That it is sent does not mean that it arrived.
   */
  send(kind: MessageKind, to: string, payload: unknown): void {
    if (to === this.node) {
      // The lead may ask itself for a lane.
      const said = (error: unknown): void => this.say(messageOf(error));
      void this.#handle({ kind, from: to, to, payload }).catch(said);
      return;
    }
    const receiver = this.#hearing.heard.get(to)?.announcement;
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

  async #take(text: string, subject: string): Promise<void> {
    try {
      await this.#handle(this.#opener.open(text));
    } catch (error) {
      this.say(`a message was not taken: ${messageOf(error)}`);
      this.#refused?.(senderOf(subject), error);
    }
  }

  async #handle(message: Message): Promise<void> {
    const handler = this.#handlerOf(message);
    if (handler !== undefined) await handler(message);
    else this.#refuse(message);
  }

  #handlerOf({ kind, payload }: Message): Handler | undefined {
    const type = typeof payload === 'object' && payload !== null && 'type' in payload;
    const named = type ? this.#handlers.get(handlerKey(kind, String(payload.type))) : undefined;
    return named ?? this.#handlers.get(handlerKey(kind, ''));
  }

  /** A newer node asks for something that this one does not know. Refusals are never answered. */
  #refuse({ kind, from }: Message): void {
    if (kind === 'refusal') return;
    this.say(`${from} sent a message of an unknown kind, ${JSON.stringify(kind).slice(0, 60)}`);
    this.send('refusal', from, { code: 'unknown-kind', kind } satisfies RefusedKind);
  }

  async #openWatch(nodes: KV): Promise<void> {
    this.#watch?.stop();
    const watch = await nodes.watch();
    this.#watch = watch;
    void this.#listen(watch).catch((error: unknown) => this.say(messageOf(error)));
  }

  async #listen(entries: AsyncIterable<KvEntry>): Promise<void> {
    for await (const entry of entries) if (entry.operation === 'PUT') this.#hear(entry);
  }

  #hear(entry: KvEntry): void {
    try {
      if (entry.length > LARGEST_ANNOUNCEMENT)
        throw new MeshRefusal('too-large', `an announcement of ${entry.length} bytes`);
      const text = entry.string();
      const { from, body } = readSigned('announcement', text, (node) => this.keyOf(node));
      const announcement = readAnnouncement(from, body);
      this.readers.hear(announcement, this.#signingKeyOf(from));
      this.#hearing.take({ announcement, takenAt: entry.created.getTime() });
    } catch (error) {
      this.say(`an announcement was not accepted: ${messageOf(error)}`);
      this.#refused?.(entry.key, error);
    }
  }

  /** What the server has kept during a break is not heard as new. */
  async #followConnection(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect') this.#hearing.lose(this.#seq + 1);
      if (type === 'reconnect') await this.#listenAgain().catch(() => undefined);
    }
  }

  /** A server whose store is gone has forgotten that we listen. */
  async #tick(): Promise<void> {
    try {
      await (this.hearsSince() === undefined ? this.#listenAgain() : this.announce());
    } catch {
      // The next tick tries again; until then `hearsSince` says nothing.
    }
  }

  async #listenAgain(): Promise<void> {
    this.#hearing.lose(this.#seq + 1);
    if (this.#nodes !== undefined) await this.#openWatch(this.#nodes);
    await this.announce();
  }

  #signingKeyOf(node: string): string {
    return this.#roster.nodes.find(({ id }) => id === node)?.key ?? '';
  }
}

function handlerKey(kind: MessageKind, type: string): string {
  return `${kind} ${type}`;
}

/** The server lets each node publish with its own name only. */
function senderOf(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
