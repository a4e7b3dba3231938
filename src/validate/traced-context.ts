/** The context of one rule, which notes what the rule reads of it. */
import { sha256 } from '../kernel/hash.js';
import { MapView } from '../kernel/map-view.js';
import { recordsPart } from '../workspace/cached-snapshot.js';
import { lineOf } from '../workspace/file-groups.js';
import type { FileEntry, Snapshot } from '../workspace/types.js';
import type { FileFacts } from './fact-types.js';
import { FactsView } from './facts-view.js';
import type { WorkspaceContext } from './rule.js';

/** What was read, as `kind name`; see `digestOfRead`. */
type Note = (kind: Kind, name?: string) => void;
type Kind = 'names' | 'entry' | 'file' | 'records' | 'facts' | 'unread' | 'other';

export function tracedContext(context: WorkspaceContext): {
  readonly context: WorkspaceContext;
  readonly reads: ReadonlySet<string>;
} {
  const reads = new Set<string>();
  let [lastKind, lastName] = ['', ''];
  const note: Note = (kind, name = '') => {
    // The same again, of very many files.
    if (kind === lastKind && name === lastName) return;
    [lastKind, lastName] = [kind, name];
    reads.add(`${kind} ${name}`);
  };
  const snapshot = tracedSnapshot(context.snapshot, note);
  const facts = new TracedFacts(context.facts, note);
  const { schema } = context;
  const other = <K extends keyof WorkspaceContext>(name: K): WorkspaceContext[K] => {
    note('other');
    return context[name];
  };
  return {
    reads,
    context: {
      schema,
      snapshot,
      facts,
      get unread() {
        note('unread');
        return context.unread;
      },
      get unreadable() {
        return other('unreadable');
      },
      get unasked() {
        return context.unasked;
      },
      get home() {
        return other('home');
      },
      get modules() {
        return other('modules');
      },
      get commands() {
        return other('commands');
      },
    },
  };
}

class TracedFiles extends MapView<FileEntry> {
  readonly #files: ReadonlyMap<string, FileEntry>;
  readonly #note: Note;

  constructor(files: ReadonlyMap<string, FileEntry>, note: Note) {
    super();
    this.#files = files;
    this.#note = note;
  }

  get size(): number {
    this.#note('names');
    return this.#files.size;
  }

  get(path: string): FileEntry | undefined {
    this.#note('entry', path);
    return this.#files.get(path);
  }

  override has(path: string): boolean {
    this.#note('names');
    return this.#files.has(path);
  }

  keys(): MapIterator<string> {
    this.#note('names');
    return this.#files.keys();
  }
}

type Facts = ReadonlyMap<string, FileFacts>;

class TracedFacts extends MapView<FileFacts> {
  readonly #facts: Facts;
  readonly #note: Note;

  constructor(facts: Facts, note: Note) {
    super();
    this.#facts = facts;
    this.#note = note;
  }

  get size(): number {
    this.#note('facts', 'held');
    return this.#facts.size;
  }

  get(path: string): FileFacts | undefined {
    this.#note('facts', 'held');
    const facts = this.#facts.get(path);
    return facts === undefined ? undefined : new TracedFileFacts(facts, this.#note);
  }

  keys(): MapIterator<string> {
    this.#note('facts', 'held');
    return this.#facts.keys();
  }

  override *entries(): MapIterator<[string, FileFacts]> {
    this.#note('facts', 'held');
    for (const [path, facts] of this.#facts) yield [path, new TracedFileFacts(facts, this.#note)];
  }
}

class TracedFileFacts extends FactsView {
  readonly #facts: FileFacts;
  readonly #note: Note;

  constructor(facts: FileFacts, note: Note) {
    super();
    this.#facts = facts;
    this.#note = note;
  }

  protected override part<K extends keyof FileFacts>(name: K): FileFacts[K] {
    this.#note('facts', name);
    return this.#facts[name];
  }
}

function tracedSnapshot(snapshot: Snapshot, note: Note): Snapshot {
  const { schema, schemaDiagnostics, objectsOf } = snapshot;
  const ofFile =
    <T>(read: (path: string) => T) =>
    (path: string): T => {
      note('file', path);
      return read(path);
    };
  const other = <T>(value: T): T => {
    note('other');
    return value;
  };
  return {
    schema,
    schemaDiagnostics,
    objectsOf,
    files: new TracedFiles(snapshot.files, note),
    get root() {
      return other(snapshot.root);
    },
    get now() {
      return other(snapshot.now);
    },
    rootFor(path) {
      note('file', path);
      return snapshot.root;
    },
    bytes: ofFile((path) => snapshot.bytes(path)),
    text: ofFile((path) => snapshot.text(path)),
    hash: ofFile((path) => snapshot.hash(path)),
    doc: ofFile((path) => snapshot.doc(path)),
    recordDiagnostics: ofFile((path) => snapshot.recordDiagnostics(path)),
    filesOf(object) {
      note('names');
      return snapshot.filesOf(object);
    },
    records(object) {
      note('records', object);
      return snapshot.records(object);
    },
    recordsIn(path, object) {
      note('file', path);
      return snapshot.recordsIn(path, object);
    },
    record(object, key) {
      note('records', object);
      return snapshot.record(object, key);
    },
    rows(object, options) {
      note('records', object);
      return snapshot.rows(object, options);
    },
    locate: (address) => other(snapshot.locate(address)),
    sql: () => other(snapshot.sql()),
  };
}

/** Changes whenever what was read does; `undefined` if that cannot be said. */
export function digestOfRead(
  { snapshot, unread }: WorkspaceContext,
  read: string,
  digestOfPart: (part: string) => string,
): string | undefined {
  const blank = read.indexOf(' ');
  const name = read.slice(blank + 1);
  switch (read.slice(0, blank) as Kind) {
    case 'names':
      return sha256([...snapshot.files.keys()].join('\n'));
    case 'entry': {
      const entry = snapshot.files.get(name);
      return entry === undefined ? '' : lineOf(entry);
    }
    case 'file':
      return snapshot.hash(name) ?? '';
    case 'records':
      return digestOfPart(recordsPart(name));
    case 'facts':
      return digestOfPart(name);
    case 'unread':
      return [...unread].sort().join();
    case 'other':
      return undefined;
  }
}
