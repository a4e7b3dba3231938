/**
 * What may be pushed: protected branches are neither rewritten nor deleted, and a pass pushes
 * nothing.
 */
import { globMatches } from '../../kernel/glob.js';

export const PROTECTED_BRANCHES: readonly string[] = ['main', 'master', 'release/*'];

/**
 * `forward`: whether the new commit has the old one behind it; `unknown` when the old one is not
 * here.
 */
export type PushedRef = {
  readonly remoteRef: string;
  readonly kind: 'create' | 'update' | 'delete';
  readonly forward: 'yes' | 'no' | 'unknown';
};

export function pushFindings(
  refs: readonly PushedRef[],
  options: { readonly branches: readonly string[]; readonly inPass: boolean },
): readonly string[] {
  if (options.inPass) return ['nothing is pushed from inside a pass; the owner does that'];
  return refs.flatMap(({ remoteRef, kind, forward }) => {
    const branch = /^refs\/heads\/(.+)$/.exec(remoteRef)?.[1];
    if (branch === undefined || !options.branches.some((glob) => globMatches(glob, branch)))
      return [];
    if (kind === 'delete') return [`${branch} is a protected branch and would be deleted`];
    if (kind === 'create' || forward === 'yes') return [];
    return [
      forward === 'no'
        ? `${branch} is a protected branch, and commits of it would be lost (this push does not build on them)`
        : `${branch} is a protected branch, and what stands there now is not known here: git fetch first`,
    ];
  });
}

export type PushLine = {
  readonly localRef: string;
  readonly localId: string;
  readonly remoteRef: string;
  readonly remoteId: string;
};

/**
 * The lines that git gives a pre-push hook. A line of another form is `undefined`: nobody can say
 * what it would do.
 */
export function parsePushLines(text: string): readonly PushLine[] | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  const read = lines.map((line) => /^(\S+) ([0-9a-f]{40,64}) (\S+) ([0-9a-f]{40,64})$/.exec(line));
  if (read.some((found) => found === null)) return undefined;
  return read.map((found) => ({
    localRef: found?.[1] ?? '',
    localId: found?.[2] ?? '',
    remoteRef: found?.[3] ?? '',
    remoteId: found?.[4] ?? '',
  }));
}

export function isNothing(id: string): boolean {
  return /^0+$/.test(id);
}
