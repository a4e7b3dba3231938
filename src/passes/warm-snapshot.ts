/** A snapshot that is ready in advance: taken in the background after each action and change. */
import { relative } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { decide } from '../governance/guard/decide.js';
import type { Snapshot, Workspace } from '../workspace/types.js';
import { isIgnored } from '../workspace/walk.js';

/** The watcher can miss changes (some disks, too many files), so snapshots expire. */
const OLDEST_MS = 60_000;
const OLDEST_UNWATCHED_MS = 1_000;
/** Warm-up decisions, after which the code of the guard is compiled. */
const WARM_UPS = 40;

export class WarmSnapshot {
  #snapshot: Snapshot;
  #taken = 0;
  #stale = false;
  #pending: NodeJS.Immediate | undefined;
  #watcher: FSWatcher | undefined;
  readonly #workspace: Workspace;
  readonly #onChange: () => void;

  /** @param onChange called when something may have changed. */
  constructor(workspace: Workspace, onChange: () => void = () => undefined) {
    this.#workspace = workspace;
    this.#onChange = onChange;
    this.#snapshot = this.#take();
    for (let round = 0; round < WARM_UPS; round++) warmUp(this.#snapshot, workspace.home);
  }

  async watch(): Promise<void> {
    const { watch } = await import('chokidar');
    const { root } = this.#workspace;
    // Not persistent: a folder that appears while the watcher closes would keep the process alive.
    const watcher = watch(root, {
      persistent: false,
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path) => path !== root && isIgnored(relative(root, path).replaceAll('\\', '/')),
    });
    watcher.on('all', () => this.touch());
    await new Promise<void>((resolve, reject) => {
      watcher.once('ready', resolve);
      watcher.on('error', (error) => {
        this.#watcher = undefined;
        void watcher.close();
        reject(error);
      });
    });
    this.#watcher = watcher;
    this.touch();
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
    const age = this.#workspace.clock.now().getTime() - this.#taken;
    if (this.#stale || age > (this.#watcher === undefined ? OLDEST_UNWATCHED_MS : OLDEST_MS))
      this.#snapshot = this.#take();
    return this.#snapshot;
  }

  async close(): Promise<void> {
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

  #take(): Snapshot {
    const snapshot = this.#workspace.snapshot();
    this.#stale = false;
    this.#taken = snapshot.now.getTime();
    warmUp(snapshot, this.#workspace.home);
    return snapshot;
  }
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
