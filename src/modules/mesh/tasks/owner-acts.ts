/** Carries out what `decide` wants: commits pages, writes records, wakes, fetches change sets. */
import { type KV, Kvm } from '@nats-io/kv';
import { messageOf } from '../../../kernel/error.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { LiveNode } from '../node/live-node.js';
import { keepObject, keptObject } from '../work/kept-objects.js';
import { packTask } from '../work/pack.js';
import { sendToAll } from '../work/sent-objects.js';
import { type Band, BUCKET, laneOf, taskKey, wakeSubject } from '../wire/names.js';
import { signValue } from '../wire/jws.js';
import { MeshRefusal } from '../wire/refusal.js';
import { writeArrival } from './claim-store.js';
import { isConflict } from './claimer.js';
import { commitPages, type PageWrite } from './commit-pages.js';
import type { TaskAction, Timing } from './decide.js';
import { fetchChangeSet } from './fetch-change-set.js';
import type { Lanes } from './lanes.js';
import type { OwnerView } from './owner-view.js';
import type { TaskState } from './task.js';
import type { Due } from './task-owner.js';
import { wakeText } from './wake-ups.js';
import type { TaskPage } from './task-page.js';

/** Requests to the server at once. */
const MOST_AT_ONCE = 32;
/** How long a change set that is not on the server yet is waited for. */
const PATIENCE_MS = 60_000;
/** A node that writes illegal values again and again gets no answer faster than this. */
const RESTORE_MS = 500;
const SAY_MS = 60_000;

type Parts = {
  readonly view: OwnerView;
  readonly lanes: Lanes;
  readonly timing: Timing;
  readonly now: () => number;
};
type Act<Kind> = Extract<TaskAction, { readonly kind: Kind }>;

export class OwnerActs {
  readonly #node: LiveNode;
  readonly #parts: Parts;
  /** Packages by SHA-256, and who can read each. */
  readonly #uploaded = new Map<string, readonly string[]>();
  /** Those that a node did not find. */
  readonly #lost = new Set<string>();
  readonly #missingSince = new Map<string, number>();
  readonly #restored = new Map<string, number>();
  #bucket: Promise<KV> | undefined;
  #isSending = false;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(node: LiveNode, parts: Parts) {
    this.#node = node;
    this.#parts = parts;
  }

  forgetServer(): void {
    this.#uploaded.clear();
    this.#bucket = undefined;
  }

  /** @returns tasks that are to be looked at again at once. */
  async carryOut(due: readonly Due[], snapshot: () => Snapshot): Promise<readonly string[]> {
    const writes: PageWrite[] = [];
    const others: { readonly page: TaskPage; readonly action: TaskAction }[] = [];
    for (const { page, actions } of due)
      for (const action of actions) {
        if (action.kind === 'write') writes.push({ page, next: action.next });
        else if (action.kind === 'queue') writes.push(this.#queued(page, action, snapshot()));
        else others.push({ page, action });
      }
    commitPages(this.#node.workspace, writes);
    for (const { page, next } of writes) {
      const hash = next.package ?? page.package;
      if (next.lost !== true || hash === undefined) continue;
      this.#lost.add(hash);
      this.#uploaded.delete(hash);
    }
    const touched: string[] = [];
    for (let from = 0; from < others.length; from += MOST_AT_ONCE) {
      const some = others.slice(from, from + MOST_AT_ONCE);
      const done = await Promise.all(some.map((each) => this.#tryOne(each)));
      touched.push(...done.flatMap((task) => task ?? []));
    }
    return touched;
  }

  #queued(page: TaskPage, { attempt }: Act<'queue'>, snapshot: Snapshot): PageWrite {
    try {
      const packed = packTask(snapshot, page, this.#node.identity);
      keepObject(this.#node.workspace.state, packed.text);
      const why = page.why === undefined ? {} : { why: page.why };
      return { page, next: { state: 'queued', attempt, package: packed.hash, ...why } };
    } catch (error) {
      if (!(error instanceof MeshRefusal)) throw error;
      const state = page.state === 'proposed' ? 'rejected' : 'released';
      return { page, next: { state, why: error.message } };
    }
  }

  /**
   * A node that was allowed, or heard, after a package was sent has to be able to read it. Nothing
   * while the last call is at work: an object that is written twice at once is not whole.
   */
  async sendToClaimers(pages: Iterable<TaskPage>): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (const page of pages)
      await this.#sendToClaimer(page).catch((error: unknown) =>
        this.#sayOnce(`${page.task}: ${messageOf(error)}`),
      );
    this.#isSending = false;
  }

  async #sendToClaimer(page: TaskPage): Promise<void> {
    const { state, node, package: hash } = page;
    if (state !== 'claimed' || node === undefined || hash === undefined) return;
    const isSent = this.#uploaded.get(hash)?.includes(node) === true;
    if (!isSent && this.#node.readerOf(node) !== undefined) await this.#send(page, hash);
  }

  async #tryOne(due: {
    readonly page: TaskPage;
    readonly action: TaskAction;
  }): Promise<string | undefined> {
    try {
      return (await this.#one(due)) ? due.page.task : undefined;
    } catch (error) {
      // The server is away, or another value was written first: both are decided on again.
      this.#bucket = undefined;
      if (!isConflict(error)) this.#sayOnce(`${due.page.task}: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** The same again only after a minute: a server that is away fails each task every second. */
  #sayOnce(line: string): void {
    const now = this.#parts.now();
    if (now - this.#saidAt < SAY_MS) return;
    this.#saidAt = now;
    this.#node.say(`the mesh could not be told about ${line}`);
  }

  /** @returns whether the task is to be looked at again at once. */
  async #one({ page, action }: { readonly page: TaskPage; readonly action: TaskAction }) {
    switch (action.kind) {
      case 'put':
        return await this.#put(page, action);
      case 'wake':
        return this.#wake(page);
      case 'fetch':
        return await this.#fetch(page, action);
      case 'forget':
        await (await this.#kv()).delete(this.#keyOf(page), { previousSeq: action.revision });
        return false;
      default:
        return false;
    }
  }

  async #put(page: TaskPage, { record, revision }: Act<'put'>): Promise<boolean> {
    const [now, key] = [this.#parts.now(), this.#keyOf(page)];
    if (now - (this.#restored.get(key) ?? Number.NEGATIVE_INFINITY) < RESTORE_MS) return false;
    if (revision > 0) this.#restored.set(key, now);
    if (!(await this.#upload(page, { hash: record.package, state: record.state }))) {
      const { why } = page;
      const next = { state: 'queued' as const, ...(why === undefined ? {} : { why }) };
      commitPages(this.#node.workspace, [{ page, next }]);
      return true;
    }
    const { node, key: signing } = this.#node.identity;
    const text = signValue('task', { node, key: signing }, record);
    const written = await (await this.#kv()).put(key, text, { previousSeq: revision });
    this.#parts.view.setEntry(page.task, { text, revision: written });
    return true;
  }

  /**
   * Before a node may need it, and after the server has lost it.
   * @returns false if the package of a queued task is gone: another one has to be made.
   */
  async #upload(
    page: TaskPage,
    { hash, state }: { readonly hash: string; readonly state: TaskState },
  ): Promise<boolean> {
    const isNeeded = state === 'queued' || state === 'claimed' || state === 'running';
    if (!isNeeded || this.#uploaded.has(hash)) return true;
    return (await this.#send(page, hash)) || state !== 'queued';
  }

  /** @returns false if this node does not have it any more. */
  async #send(page: TaskPage, hash: string): Promise<boolean> {
    const text = keptObject(this.#node.workspace.state, hash);
    if (text === undefined) return false;
    const sent = { text, isLost: this.#lost.has(hash) };
    this.#uploaded.set(hash, await sendToAll(this.#node, this.#parts.view.workersOf(page), sent));
    this.#lost.delete(hash);
    return true;
  }

  #wake({ task, spec }: TaskPage): boolean {
    const lane = laneOf(spec.tags);
    const now = this.#parts.now();
    if (!this.#parts.lanes.has(lane)) this.#parts.lanes.ask(spec.tags, now);
    else {
      const band: Band = spec.band;
      const text = wakeText(taskKey(this.#node.node, task), this.#parts.view.entry(task));
      this.#node.connection.publish(wakeSubject(lane, band), text);
      this.#parts.view.woken(task, now);
    }
    return false;
  }

  async #fetch(page: TaskPage, { from, changeSet }: Act<'fetch'>): Promise<boolean> {
    const fetched = await fetchChangeSet(this.#node, page, { from, changeSet });
    switch (fetched.kind) {
      case 'here':
        this.#missingSince.delete(changeSet);
        writeArrival(this.#node.workspace.state, fetched.arrival);
        return true;
      case 'refused':
        this.#parts.view.refuse(page, { refused: fetched.why });
        return true;
      case 'missing': {
        const now = this.#parts.now();
        const since = this.#missingSince.get(changeSet) ?? now;
        this.#missingSince.set(changeSet, since);
        if (now - since < PATIENCE_MS) return false;
        const refused = `the change set of ${from} is lost: ${fetched.why}`;
        this.#parts.view.refuse(page, { refused, isLost: true });
        return true;
      }
    }
  }

  #keyOf({ task }: TaskPage): string {
    return taskKey(this.#node.node, task);
  }

  async #kv(): Promise<KV> {
    this.#bucket ??= new Kvm(this.#node.connection).open(BUCKET.tasks);
    return await this.#bucket;
  }
}
