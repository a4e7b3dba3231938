/** A snapshot that is ready in advance: taken in the background after each action and change. */
import { relative } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { decide } from '../governance/guard/decide.js';
import { constants } from '../kernel/files.js';
import { takeOver } from '../workspace/reads.js';
import { openSnapshot } from '../workspace/snapshot.js';
import type { FileEntry, Snapshot, Workspace } from '../workspace/types.js';
import { entryAt, isIgnored } from '../workspace/walk.js';

/** The watcher can miss changes (some disks, too many files), so snapshots expire. */
const OLDEST_MS = 60_000;
const OLDEST_UNWATCHED_MS = 1_000;
/** Then the disk is taken as one that cannot be watched. */
const LONGEST_START_MS = 10_000;
/** For an editor, which also shows what a check of the whole workspace finds. */
const OLDEST_FOLLOWED_MS = 600_000;
/** Warm-up decisions, after which the code of the guard is compiled. */
const WARM_UPS = 40;

export class WarmSnapshot {
  #snapshot: Snapshot;
  #taken = 0;
  #stale = false;
  #pending: NodeJS.Immediate | undefined;
  #watcher: FSWatcher | undefined;
  #giveUp: (() => void) | undefined;
  #isClosed = false;
  readonly #workspace: Workspace;
  readonly #onChange: () => void;
  /** What changed since the last snapshot, of which the others are listed as they were. */
  readonly #followed: Set<string> | undefined;
  readonly #takesOver: boolean;

  /**
   * @param onChange called when something may have changed.
   * @param options.follow for an editor, not for decisions: only files that the watcher names are
   * looked at again.
   * @param options.takeOver for pages, not for decisions: the same files are not read again.
   */
  constructor(
    workspace: Workspace,
    onChange: () => void = () => undefined,
    options: { readonly follow?: boolean; readonly takeOver?: boolean } = {},
  ) {
    this.#takesOver = options.takeOver === true;
    this.#workspace = workspace;
    this.#onChange = onChange;
    this.#followed = options.follow === true ? new Set() : undefined;
    this.#snapshot = this.#takeWhole();
    if (options.follow === true) return;
    for (let round = 0; round < WARM_UPS; round++) warmUp(this.#snapshot, workspace.home);
  }

  async watch(): Promise<void> {
    const { watch } = await import('chokidar');
    if (this.#isClosed) return;
    const { root } = this.#workspace;
    // Not persistent: a folder that appears while the watcher closes would keep the process alive.
    const watcher = watch(root, {
      persistent: false,
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path) => path !== root && isIgnored(relative(root, path).replaceAll('\\', '/')),
    });
    watcher.on('all', (_, path) => {
      this.#followed?.add(relative(root, path).replaceAll('\\', '/'));
      this.touch();
    });
    const isReady = await new Promise<boolean>((resolve, reject) => {
      watcher.once('ready', () => resolve(true));
      watcher.on('error', (error) => {
        this.#watcher = undefined;
        void watcher.close();
        reject(error);
      });
      // Folders that change while it looks at them for the first time can keep it waiting for ever.
      this.#giveUp = () => resolve(false);
      setTimeout(this.#giveUp, LONGEST_START_MS).unref();
    });
    if (!isReady) return void watcher.close();
    this.#watcher = watcher;
    this.#taken = 0;
    this.touch();
  }

  /** Otherwise nobody learns of changes, and each snapshot lives a second. */
  get isWatched(): boolean {
    return this.#watcher !== undefined;
  }

  /** Something may have changed. */
  touch(): void {
    this.#stale = true;
    this.#pending ??= setImmediate(() => {
      this.#pending = undefined;
      if (this.#stale) this.#takeIfPossible();
      this.#onChange();
    });
  }

  /** The current snapshot, as far as is known. */
  current(): Snapshot {
    if (this.#stale || this.#isOld()) this.#snapshot = this.#take();
    return this.#snapshot;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#giveUp?.();
    clearImmediate(this.#pending);
    await this.#watcher?.close();
  }

  /** A workspace that cannot be read ends no server; the next caller is told why. */
  #takeIfPossible(): void {
    try {
      this.#snapshot = this.#take();
    } catch {
      this.#stale = true;
    }
  }

  #isOld(): boolean {
    const age = this.#workspace.clock.now().getTime() - this.#taken;
    const watched = this.#followed === undefined ? OLDEST_MS : OLDEST_FOLLOWED_MS;
    return age > (this.#watcher === undefined ? OLDEST_UNWATCHED_MS : watched);
  }

  #take(): Snapshot {
    return this.#followed === undefined || this.#isOld()
      ? this.#takeWhole()
      : this.#takeFollowed(this.#followed);
  }

  #takeWhole(): Snapshot {
    this.#followed?.clear();
    const snapshot = this.#workspace.snapshot();
    const before = this.#snapshot as Snapshot | undefined;
    if (this.#takesOver && before !== undefined) takeOver(before, snapshot);
    this.#stale = false;
    this.#taken = snapshot.now.getTime();
    if (this.#followed === undefined) warmUp(snapshot, this.#workspace.home);
    return snapshot;
  }

  #takeFollowed(changed: Set<string>): Snapshot {
    this.#stale = false;
    const { root, clock } = this.#workspace;
    const files = filesAfter(this.#snapshot, changed);
    changed.clear();
    return openSnapshot(root, { now: clock.now(), files });
  }
}

/** A folder that is named has no entry: its files are named as well. */
function filesAfter(
  { root, files: before }: Snapshot,
  changed: ReadonlySet<string>,
): ReadonlyMap<string, FileEntry> {
  const files = new Map(before);
  for (const path of changed) {
    const entry = path === '' ? undefined : entryAt(root, path);
    if (entry === undefined || isFolder(entry)) files.delete(path);
    else files.set(path, entry);
  }
  const isNew = [...changed].some((path) => files.has(path) && !before.has(path));
  return isNew ? new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))) : files;
}

function isFolder({ mode }: FileEntry): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFDIR;
}

/** Reads what every decision needs: the schema, the tool rules, the sorted names. */
function warmUp(snapshot: Snapshot, home: string): void {
  const reader = { kind: 'guest', name: 'warm-up' } as const;
  decide(
    snapshot,
    reader,
    { kind: 'write', path: 'PROJECTS/none/outputs/none.md', content: '# None\n' },
    { home },
  );
  decide(
    snapshot,
    reader,
    { kind: 'exec', command: 'cat PROJECTS/none/outputs/none.md | head -n 1' },
    { home },
  );
  decide(snapshot, reader, { kind: 'read', path: 'REGISTRY.md' }, { home });
}
