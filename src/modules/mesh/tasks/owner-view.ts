/** Everything that the owner's node knows of its tasks, put together for `decide`. */
import { defined } from '../../../kernel/defined.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { LiveNode } from '../node/live-node.js';
import type { Peer } from '../settings.js';
import { Arrived } from './arrived.js';
import type { Refused, TaskView } from './decide.js';
import type { HeardClaims } from './heard-claims.js';
import { type Entry, judgeRecord, recordOf, type SeenRecord } from './judge-record.js';
import type { TaskRecord } from './task.js';
import type { TaskPage } from './task-page.js';
import { hasNode, isLegal } from './transitions.js';
import { problemOf } from './validate.js';

/** What the service keeps about a task as long as it runs. */
type Track = {
  /** State, attempt and node of the page, and since when. */
  mark: string;
  since: number;
  wokenAt: number;
  /** The last legal value of the record. */
  tracked?: TaskRecord;
  refused?: Refused & { readonly attempt: number };
  judged?: { readonly entry: Entry | undefined; readonly mark: string; readonly seen: SeenRecord };
};

export class OwnerView {
  readonly #node: LiveNode;
  readonly #claims: HeardClaims;
  readonly #tracks = new Map<string, Track>();
  readonly #entries = new Map<string, Entry>();
  readonly #arrived: Arrived;
  #peers: ReadonlyMap<string, Peer> = new Map();

  constructor(node: LiveNode, claims: HeardClaims) {
    this.#node = node;
    this.#arrived = new Arrived(node.workspace.state);
    this.#claims = claims;
  }

  /** As MESH.md has them; once for each round, because it reads the workspace. */
  setPeers(peers: readonly Peer[]): void {
    this.#peers = new Map(peers.map((peer) => [peer.node, peer]));
  }

  setEntry(task: string, entry: Entry): void {
    this.#entries.set(task, entry);
  }

  entry(task: string): Entry | undefined {
    return this.#entries.get(task);
  }

  /** The server lost what it had. */
  forgetEntries(): void {
    this.#entries.clear();
    for (const track of this.#tracks.values()) {
      delete track.tracked;
      delete track.judged;
      track.wokenAt = Number.NEGATIVE_INFINITY;
    }
  }

  forget(task: string): void {
    this.#tracks.delete(task);
    this.#claims.forget(task);
  }

  woken(task: string, now: number): void {
    const track = this.#tracks.get(task);
    if (track !== undefined) track.wokenAt = now;
  }

  /** None of what was woken was woken after this. */
  forgetWakes(latest: number): void {
    for (const track of this.#tracks.values()) track.wokenAt = Math.min(track.wokenAt, latest);
  }

  /** A change set that came home is not that of this attempt. */
  refuse(page: TaskPage, refused: Refused): void {
    const track = this.#tracks.get(page.task);
    if (track !== undefined) track.refused = { attempt: page.attempt, ...refused };
  }

  /** Who may work on it, and has not failed it. */
  workersOf({ spec, leftOut }: TaskPage): readonly string[] {
    return this.#node.roster.nodes
      .map(({ id }) => id)
      .filter(
        (id) =>
          id !== this.#node.node &&
          !leftOut.includes(id) &&
          this.#refusal(id, spec.tags) === undefined,
      );
  }

  of(page: TaskPage, snapshot: () => Snapshot, now: number, isDrained: boolean): TaskView {
    const track = this.#trackOf(page, now);
    const held = this.#held(page, track);
    const seen = this.#seen(page, track, held);
    if (seen.kind === 'legal' && seen.by !== held.owner) track.tracked = seen.record;
    const { node, attempt, task } = page;
    const claim = node !== undefined && hasNode(page.state) ? { node, task, attempt } : undefined;
    return {
      page,
      seen,
      held,
      ms: {
        inState: now - track.since,
        unheard: claim === undefined ? 0 : this.#claims.unheard(claim, track.since, now),
        sinceWake: now - track.wokenAt,
      },
      arrival: this.#arrival(page, track, held),
      candidates: this.workersOf(page).length,
      isDrained,
      ...defined({
        problem:
          page.state === 'proposed' ? problemOf(snapshot(), page, this.#node.roster) : undefined,
        barred: claim === undefined ? undefined : this.#refuses(page, claim.node),
      }),
    };
  }

  #trackOf(page: TaskPage, now: number): Track {
    const mark = `${page.state} ${page.attempt} ${page.node ?? ''} ${page.package ?? ''}`;
    const known = this.#tracks.get(page.task);
    if (known?.mark === mark) return known;
    const isSameAttempt = known?.tracked?.attempt === page.attempt;
    const made: Track = {
      mark,
      since: now,
      wokenAt: Number.NEGATIVE_INFINITY,
      ...(isSameAttempt && known?.tracked !== undefined ? { tracked: known.tracked } : {}),
    };
    this.#tracks.set(page.task, made);
    return made;
  }

  /** The page, or what a worker has legally written since. */
  #held(page: TaskPage, { tracked }: Track): TaskRecord {
    const isHome = page.state === 'pending_review';
    const changeSet = isHome ? this.#arrived.of(page.task)?.sha256 : undefined;
    const own = recordOf(page, this.#node.node, changeSet);
    const isAhead =
      tracked !== undefined &&
      tracked.attempt === page.attempt &&
      tracked.package === own.package &&
      isAfter(own, tracked);
    return isAhead ? tracked : own;
  }

  #seen(page: TaskPage, track: Track, held: TaskRecord): SeenRecord {
    const entry = this.#entries.get(page.task);
    const mark = `${held.state} ${track.mark}`;
    if (track.judged?.entry === entry && track.judged?.mark === mark) return track.judged.seen;
    const seen = judgeRecord(held, entry, {
      keyOf: (node) => this.#node.keyOf(node),
      refuses: (node) => this.#refuses(page, node),
    });
    track.judged = { entry, mark, seen };
    return seen;
  }

  #arrival(page: TaskPage, track: Track, held: TaskRecord): TaskView['arrival'] {
    if (held.state !== 'pending_review') return 'none';
    if (track.refused?.attempt === page.attempt) return track.refused;
    const arrival = this.#arrived.of(page.task);
    return arrival?.attempt === page.attempt && arrival.package === page.package ? 'here' : 'none';
  }

  #refuses({ spec }: TaskPage, node: string): string | undefined {
    return this.#refusal(node, spec.tags);
  }

  /** What a node says about its tags does not count; what the lead has granted does. */
  #refusal(node: string, tags: readonly string[]): string | undefined {
    const known = this.#node.roster.nodes.find(({ id }) => id === node);
    if (known === undefined || known.revoked !== undefined) return `${node} is not in the mesh`;
    const missing = tags.find((tag) => !known.tags.includes(tag));
    if (missing !== undefined) return `${node} does not have the tag ${missing}`;
    const peer = this.#peers.get(node);
    return peer?.key === known.key && peer.may.includes('work')
      ? undefined
      : `MESH.md does not let ${node} work`;
  }
}

/** Whether a worker's step leads from one to the other. */
function isAfter(page: TaskRecord, tracked: TaskRecord): boolean {
  const steps = ['queued', 'claimed', 'running', 'pending_review'] as const;
  const place = (state: TaskRecord['state']): number =>
    steps.indexOf(state as (typeof steps)[number]);
  if (page.state !== 'queued' && page.node !== tracked.node) return false;
  if (tracked.state === 'failed')
    return isLegal(page.state, 'failed', 'worker') || page.state === 'queued';
  return place(page.state) >= 0 && place(tracked.state) > place(page.state);
}
