/** What the storage half of a commit works on: whole files and appended bytes, no markdown. */

/**
 * Replace or create a whole file; `before` is the SHA-256 the content was computed from
 * (`undefined`: the file must not exist).
 */
export type WriteOp = {
  readonly kind: 'write';
  readonly path: string;
  readonly content: Buffer;
  readonly before: string | undefined;
  readonly mode?: number;
};
export type DeleteOp = { readonly kind: 'delete'; readonly path: string; readonly before: string };
/**
 * Append bytes to a log. `offset` is the size that the file must have; `head`/`rows` is what the
 * anchor says after the append
 * (chain of the last row, number of rows).
 */
export type AppendOp = {
  readonly kind: 'append';
  readonly path: string;
  readonly offset: number;
  readonly content: Buffer;
  readonly head: string;
  readonly rows: number;
};
export type StorageOp = WriteOp | DeleteOp | AppendOp;

/**
 * The last link known to be in a log, kept outside the workspace. `bytes` is the log's size after
 * that row.
 */
export type Anchor = { readonly head: string; readonly rows: number; readonly bytes: number };
