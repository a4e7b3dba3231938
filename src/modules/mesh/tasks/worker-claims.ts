/** The claims of this node: fetches their packages, follows their records, sends how they ended. */
import type { KV } from '@nats-io/kv';
import type { LiveNode } from '../node/live-node.js';
import type { RunningClaim } from '../node/announcement.js';
import { signValue } from '../wire/jws.js';
import { laneOf, taskKey } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import { openPackage } from '../work/pack.js';
import { fetchSent, sendTo } from '../work/sent-objects.js';
import { badObject } from '../work/stored-objects.js';
import {
  claimKey,
  readClaims,
  readResult,
  removeClaim,
  removeResult,
  writeClaim,
} from './claim-store.js';
import { isConflict } from './claimer.js';
import { type ClaimAction, followClaim } from './follow-claim.js';
import { openRecord, type OpenedRecord } from './judge-record.js';
import type { Claim, TaskRecord } from './task.js';

/** How often the package of a new claim is looked for, a second apart. */
const MOST_TRIES = 20;
/** Steps of one record at one look: claimed, running, the end. */
const MOST_STEPS = 3;

export class WorkerClaims {
  readonly #node: LiveNode;
  readonly #kv: () => Promise<KV>;
  /** Claimed on the server; the package is not here yet. */
  readonly #pending = new Map<string, { readonly record: TaskRecord; tries: number }>();
  readonly #seen = new Map<string, { readonly revision: number; readonly since: number }>();
  #looking: Promise<boolean> = Promise.resolve(false);

  constructor(node: LiveNode, kv: () => Promise<KV>) {
    this.#node = node;
    this.#kv = kv;
  }

  get #state(): string {
    return this.#node.workspace.state;
  }

  add(record: TaskRecord): void {
    this.#pending.set(taskKey(record.owner, record.task), { record, tries: 0 });
  }

  /** Work that needs capacity: what has ended and only waits for its owner does not. */
  busy(): number {
    const working = readClaims(this.#state).filter(
      (claim) => readResult(this.#state, claimKey(claim)) === undefined,
    );
    return this.#pending.size + working.length;
  }

  /** As announced: the owners withdraw what is not named. */
  running(): readonly RunningClaim[] {
    const claims = readClaims(this.#state);
    return [
      ...claims.map(({ owner, spec, attempt }) => ({ owner, task: spec.task, attempt })),
      ...[...this.#pending.values()].map(({ record: { owner, task, attempt } }) => ({
        owner,
        task,
        attempt,
      })),
    ];
  }

  /** One look at all of them, one at a time. @returns whether a claim came or went. */
  async look(): Promise<boolean> {
    const before = this.#looking;
    const look = before.then(() => this.#lookNow());
    this.#looking = look.catch(() => false);
    return await look;
  }

  async #lookNow(): Promise<boolean> {
    const pending = await Promise.all(
      [...this.#pending].map(([key, each]) => this.#fetch(key, each)),
    );
    const claims = await Promise.all(readClaims(this.#state).map((claim) => this.#follow(claim)));
    return [...pending, ...claims].some((changed) => changed);
  }

  async #fetch(
    key: string,
    pending: { readonly record: TaskRecord; tries: number },
  ): Promise<boolean> {
    const { record } = pending;
    const { owner, task, attempt, package: hash } = record;
    try {
      pending.tries++;
      const text = await fetchSent(this.#node, hash, { isForAll: true });
      if (text === undefined) throw badObject(hash, 'is not on the server');
      const packed = openPackage(text, { owner, task, hash }, (node) => this.#node.keyOf(node));
      if (laneOf(packed.spec.tags) !== record.lane)
        throw new MeshRefusal('forged', 'its package needs other tags than its record says');
      const claimed = this.#node.workspace.clock.now().toISOString();
      writeClaim(this.#state, { owner, spec: packed.spec, package: hash, attempt, claimed });
    } catch (error) {
      if (!(error instanceof MeshRefusal)) throw error;
      const isLost = error.code === 'bad-object';
      // Its owner may still send it, or send it to this node as well.
      if (isLost && pending.tries < MOST_TRIES) return false;
      await this.#giveBack(key, record, { why: error.message, isLost });
    }
    this.#pending.delete(key);
    return true;
  }

  /** This node cannot work on it; its owner asks another one. */
  async #giveBack(
    key: string,
    record: TaskRecord,
    { why, isLost }: { readonly why: string; readonly isLost: boolean },
  ): Promise<void> {
    this.#node.say(`${key} was returned: ${why}`);
    const kv = await this.#kv();
    const entry = await kv.get(key);
    if (entry === null || entry.operation !== 'PUT') return;
    const opened = this.#opened(entry.string());
    const isOurs =
      opened?.record.node === this.#node.node && opened.record.attempt === record.attempt;
    const lost = isLost ? { lost: true as const } : {};
    if (isOurs)
      await this.#write(key, { ...opened.record, state: 'failed', why, ...lost }, entry.revision);
  }

  async #follow(claim: Claim): Promise<boolean> {
    const key = claimKey(claim);
    const kv = await this.#kv();
    for (let step = 0; step < MOST_STEPS; step++) {
      const entry = await kv.get(key);
      const text = entry === null || entry.operation !== 'PUT' ? '' : entry.string();
      const opened = text === '' ? undefined : this.#opened(text);
      const result = readResult(this.#state, key);
      const unchangedMs = this.#unchanged(key, entry?.revision ?? 0);
      const { node } = this.#node;
      const action = followClaim({ node, claim, result, opened, unchangedMs });
      if (action.kind === 'keep') return false;
      if (action.kind === 'drop') return this.#drop(key, action.why);
      if (opened === undefined || entry === null) return false;
      await this.#act(key, action, { record: opened.record, revision: entry.revision });
    }
    return false;
  }

  #unchanged(key: string, revision: number): number {
    const now = performance.now();
    const seen = this.#seen.get(key);
    if (seen?.revision === revision) return now - seen.since;
    this.#seen.set(key, { revision, since: now });
    return 0;
  }

  async #act(
    key: string,
    action: Exclude<ClaimAction, { readonly kind: 'keep' | 'drop' }>,
    { record, revision }: { readonly record: TaskRecord; readonly revision: number },
  ): Promise<void> {
    const { why: _, ...before } = record;
    if (action.kind === 'send') {
      const changeSet = await sendTo(this.#node, record.owner, action.changeSet);
      await this.#write(key, { ...before, state: 'pending_review', changeSet }, revision);
    } else {
      const why = action.why === undefined ? {} : { why: action.why };
      await this.#write(key, { ...before, state: action.state, ...why }, revision);
    }
  }

  #drop(key: string, why: string): boolean {
    this.#node.say(`the claim on ${key} has ended: ${why}`);
    this.#seen.delete(key);
    removeClaim(this.#state, key);
    removeResult(this.#state, key);
    return true;
  }

  /** Where it is still the value that was read. */
  async #write(key: string, record: TaskRecord, revision: number): Promise<void> {
    const { node, key: signing } = this.#node.identity;
    const text = signValue('task', { node, key: signing }, record);
    try {
      await (await this.#kv()).update(key, text, revision);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }

  #opened(text: string): OpenedRecord | undefined {
    try {
      return openRecord(text, (node) => this.#node.keyOf(node));
    } catch (error) {
      if (error instanceof MeshRefusal) return undefined;
      throw error;
    }
  }
}
