/** The loop of the owner's node: looks, decides, acts, until nothing is left to do; then waits. */
import { setImmediate } from 'node:timers/promises';
import { type KV, Kvm } from '@nats-io/kv';
import type { Snapshot } from '../../../workspace/types.js';
import type { LiveNode } from '../node/live-node.js';
import { BUCKET } from '../wire/names.js';
import { dropObjects } from '../work/kept-objects.js';
import { Alarm } from './alarm.js';
import { readClaims } from './claim-store.js';
import { watchBucket } from './bucket-watch.js';
import { decide, type TaskAction, type Timing } from './decide.js';
import { DrainedLanes } from './drained-lanes.js';
import { HeardClaims } from './heard-claims.js';
import { Lanes } from './lanes.js';
import { Outbox } from './outbox.js';
import { OwnerActs } from './owner-acts.js';
import { OwnerView } from './owner-view.js';
import type { TaskPage } from './task-page.js';

/** How often it looks at files and clocks. */
const LOOK_MS = 1_000;
/** Entries that come together are looked at together. */
const GATHER_MS = 20;
/** Between two looks: longer, and this process was stopped. */
const LONGEST_GAP_MS = 10_000;
const CLEAN_MS = 600_000;
/** Tasks of one round, whose pages are written in one commit. */
const MOST_TASKS = 200;

export type OwnerOptions = { readonly now: () => number; readonly timing: Timing };
/** One task and what to do about it. */
export type Due = { readonly page: TaskPage; readonly actions: readonly TaskAction[] };

export class TaskOwner {
  readonly #node: LiveNode;
  readonly #options: OwnerOptions;
  readonly #outbox: Outbox;
  readonly #claims: HeardClaims;
  readonly #view: OwnerView;
  readonly #lanes: Lanes;
  readonly #drained: DrainedLanes;
  readonly #acts: OwnerActs;
  readonly #alarm = new Alarm();
  readonly #dirty = new Set<string>();
  #isReady = false;
  #isOn = false;
  #hearsSince: number | undefined;
  #cleaned: number;

  constructor(node: LiveNode, options: OwnerOptions) {
    this.#node = node;
    this.#options = options;
    this.#outbox = new Outbox(node.workspace);
    this.#claims = new HeardClaims(node.node, options.now());
    this.#view = new OwnerView(node, this.#claims);
    this.#lanes = new Lanes(node);
    this.#drained = new DrainedLanes({
      connection: node.connection,
      now: options.now,
      everyMs: options.timing.wakeMs / 2,
      onNew: () => this.#forgetWakes(),
    });
    this.#acts = new OwnerActs(node, {
      view: this.#view,
      lanes: this.#lanes,
      timing: options.timing,
      now: options.now,
    });
    this.#cleaned = options.now();
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#lanes.watch(signal, () => this.#alarm.ring()),
      this.#watchRecords(signal),
      this.#loop(signal),
    ]);
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let looked = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      const isDue = this.#options.now() - looked >= LOOK_MS;
      if (isDue) {
        looked = this.#options.now();
        this.#look();
      }
      // What the last round did not come to is the first.
      const names = new Set(this.#dirty);
      if (isDue) for (const name of this.#outbox.pages.keys()) names.add(name);
      this.#dirty.clear();
      const changed = this.#isReady ? await this.#round(names) : false;
      if (!changed) await this.#idle(signal);
    }
  }

  /** @returns whether there may be more to do at once. */
  async #round(names: Iterable<string>): Promise<boolean> {
    if (!this.#isOn) return false;
    const now = this.#options.now();
    let snapshot: Snapshot | undefined;
    const open = (): Snapshot => (snapshot ??= this.#node.workspace.snapshot());
    const due: Due[] = [];
    for (const name of names) {
      if (due.length >= MOST_TASKS) {
        this.#dirty.add(name);
        continue;
      }
      const page = this.#outbox.pages.get(name);
      if (page === undefined) continue;
      const view = this.#view.of(page, open, now, this.#drained.has(page.spec));
      const actions = decide(view, this.#options.timing);
      if (actions.length > 0) due.push({ page, actions });
    }
    if (due.length === 0) return false;
    const touched = await this.#acts.carryOut(due, open);
    const changed = this.#outbox.look(due.map(({ page }) => page.task));
    for (const name of [...changed, ...touched]) this.#dirty.add(name);
    // The connection has its turn: thousands of pages take longer than the server waits for a sign.
    await setImmediate();
    return this.#dirty.size > 0;
  }

  #look(): void {
    const now = this.#options.now();
    for (const task of this.#outbox.look()) {
      this.#dirty.add(task);
      if (!this.#outbox.pages.has(task)) this.#view.forget(task);
    }
    // Reads the workspace, so not in each round.
    const settings = this.#node.settings();
    this.#isOn = settings !== undefined;
    this.#view.setPeers(settings?.peers ?? []);
    // While nobody can be heard, no lease ends; afterwards all of them begin again.
    const since = this.#node.hearsSince();
    if (since === undefined || since !== this.#hearsSince) this.#claims.listenAgain(now);
    if (since !== undefined && since !== this.#hearsSince) {
      this.#drained.forget();
      this.#forgetWakes();
    }
    this.#hearsSince = since;
    this.#claims.look(this.#node.heard(), now, LONGEST_GAP_MS);
    void this.#drained.look(this.#outbox.pages.values());
    void this.#acts.sendToClaimers(this.#outbox.pages.values());
    if (now - this.#cleaned < CLEAN_MS) return;
    this.#cleaned = now;
    const { state } = this.#node.workspace;
    const own = [...this.#outbox.pages.values()].flatMap((page) => page.package ?? []);
    const others = readClaims(state).map((claim) => claim.package);
    dropObjects(state, new Set([...own, ...others]));
  }

  /** The memory of a server is empty after a restart: what waits in a drained lane is woken now. */
  #forgetWakes(): void {
    this.#view.forgetWakes(this.#options.now() - this.#options.timing.wakeMs);
  }

  async #watchRecords(signal: AbortSignal): Promise<void> {
    const open = (): Promise<KV> => new Kvm(this.#node.connection).open(BUCKET.tasks);
    const { node } = this.#node;
    await watchBucket(open, `${node}.*`, {
      signal,
      onReset: () => {
        this.#isReady = false;
        this.#view.forgetEntries();
        this.#acts.forgetServer();
      },
      onReady: () => {
        this.#isReady = true;
        this.#claims.listenAgain(this.#options.now());
        for (const task of this.#outbox.pages.keys()) this.#dirty.add(task);
        this.#alarm.ring();
      },
      onEntry: (key, entry) => {
        const task = key.slice(node.length + 1);
        this.#view.setEntry(task, entry);
        this.#dirty.add(task);
        if (this.#isReady) this.#alarm.ring();
      },
    });
  }

  async #idle(signal: AbortSignal): Promise<void> {
    if (this.#dirty.size === 0 || !this.#isReady) await this.#alarm.wait(LOOK_MS, signal);
    await this.#alarm.wait(GATHER_MS, signal);
  }
}
