/** Storage operations of a commit: whole files and appended bytes. */

/** `before`: the SHA-256 of the replaced content; `undefined`: the file must not exist. */
export type WriteOp = {
  readonly kind: 'write';
  readonly path: string;
  readonly content: Buffer;
  readonly before: string | undefined;
  readonly mode?: number;
};
export type DeleteOp = { readonly kind: 'delete'; readonly path: string; readonly before: string };
/** `offset`: the size that the log must have. `head` and `rows`: the anchor after the append. */
export type AppendOp = {
  readonly kind: 'append';
  readonly path: string;
  readonly offset: number;
  readonly content: Buffer;
  readonly head: string;
  readonly rows: number;
};
export type StorageOp = WriteOp | DeleteOp | AppendOp;

/** The last hash of a log, the number of its rows, and its size. */
export type Anchor = { readonly head: string; readonly rows: number; readonly bytes: number };
