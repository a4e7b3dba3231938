/** The command line that an installed hook calls. */
import { shellWord } from '../kernel/shell-word.js';

export type HookPaths = {
  /** Absolute: node, bin/nocturne.cjs, the workspace. */
  readonly node: string;
  readonly program: string;
  readonly workspace: string;
  /** `$NOCTURNE_HOME`, because the host may start without it. */
  readonly home?: string;
};

/** Works without PATH, in a POSIX shell. */
export function shellCommand({ node, program, home }: HookPaths, words: readonly string[]): string {
  return [
    ...(home === undefined ? [] : [`NOCTURNE_HOME=${shellWord(home)}`]),
    ...[node, program, ...words].map(shellWord),
  ].join(' ');
}
