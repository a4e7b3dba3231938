/** What the language server is given by the command that starts it. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { CallCommand } from '../../passes/dashboard-page.js';
import type { FileFacts } from '../../validate/fact-types.js';
import type { Rule } from '../../validate/rule.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';

/** Texts by path, over those on the disk. */
export type Texts = ReadonlyMap<string, string>;

export type LspSettings = {
  readonly workspace: Workspace;
  /** Of the installed modules. */
  readonly rules: readonly Rule[];
  /** Of every file as it is on the disk, with the cache. */
  readonly factsOf: (snapshot: Snapshot) => Promise<ReadonlyMap<string, FileFacts>>;
  /** What `nocturne validate` would find, computed in another thread. */
  readonly check: (texts: Texts) => Promise<readonly Diagnostic[]>;
  readonly call: CallCommand;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};
