/** What a remote node would change, signed by it: the owner's node judges and commits it. */

export type FileVersion = { readonly sha256: string; readonly mode: number };
/** `path` is relative to the project. */
export type RemoteChange = {
  readonly path: string;
  /** As it was in the package; nothing for a new file. */
  readonly before?: FileVersion;
  /** Nothing for one that is deleted. */
  readonly after?: FileVersion;
  /** Base64 of the content after. */
  readonly content?: string;
};
export type RemoteChangeSet = {
  readonly owner: string;
  readonly task: string;
  readonly attempt: number;
  readonly package: string;
  readonly runId: string;
  readonly summary: string;
  readonly changes: readonly RemoteChange[];
  /** The last row of the sender's mesh log: `SEQ CHAIN`. */
  readonly head: string;
  readonly minutes: number;
  readonly tokens?: number;
  readonly cost?: number;
};

/** What a task begins with, signed by its owner; its SHA-256 names it. */
export type TaskPackage = {
  readonly owner: string;
  readonly spec: import('../tasks/task.js').TaskSpec;
  /** Of the project's folder. */
  readonly files: readonly {
    readonly path: string;
    readonly mode: number;
    readonly content: string;
  }[];
};
