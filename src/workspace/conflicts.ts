/** Stores both versions of a file that the owner edited during a commit. */
import { dirname } from 'node:path';
import { makeDirectory, writeFileDurably } from './durable.js';
import { within } from './root-descriptor.js';

/**
 * `path` has the owner's version. `ours` is the path of the commit's version (`undefined` for a
 * deletion), `theirs` that of a copy of the owner's.
 */
export type Conflict = {
  readonly path: string;
  readonly txid: string;
  readonly why: 'edited' | 'deleted' | 'created' | 'log changed';
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
};

type Versions = {
  readonly why: Conflict['why'];
  readonly ours: Buffer | undefined;
  readonly theirs: Buffer | undefined;
};

/** Stores both versions under `.nocturne/conflicts/<txid>/`. */
export function keepConflict(
  root: string,
  target: { readonly txid: string; readonly path: string },
  versions: Versions,
): Conflict {
  const keep = (suffix: string, content: Buffer | undefined): string | undefined => {
    if (content === undefined) return undefined;
    const path = `.nocturne/conflicts/${target.txid}/${target.path}${suffix}`;
    makeDirectory(dirname(within(root, path)));
    writeFileDurably(within(root, path), content);
    return path;
  };
  return {
    path: target.path,
    txid: target.txid,
    why: versions.why,
    ours: keep('', versions.ours),
    theirs: keep('.owner', versions.theirs),
  };
}
