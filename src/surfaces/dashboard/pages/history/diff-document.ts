/** The document of `nocturne diff --json`, by file. */

/** Rows of the change log that one page reads at most. */
export const MOST_CHANGES = 20_000;

export type DiffChange = {
  readonly address: string;
  readonly file: string;
  readonly run_id: string;
  readonly writer: string;
  readonly reason: string;
  readonly t_written: string | null;
};
export type DiffDocument = {
  readonly from: string;
  readonly to: string;
  readonly changed: readonly DiffChange[];
  readonly isWhole: boolean;
  readonly files?: readonly { readonly path: string; readonly diff: string }[];
};
export type FileChanges = {
  readonly file: string;
  readonly changes: readonly DiffChange[];
  /** The newest of them. */
  readonly last: DiffChange | undefined;
};

export function byFile({ changed }: DiffDocument): readonly FileChanges[] {
  const files = new Map<string, DiffChange[]>();
  for (const change of changed) {
    const known = files.get(change.file);
    if (known === undefined) files.set(change.file, [change]);
    else known.push(change);
  }
  return [...files].map(([file, changes]) => ({
    file,
    changes,
    last: [...changes].sort((a, b) => ((a.t_written ?? '') < (b.t_written ?? '') ? 1 : -1))[0],
  }));
}
