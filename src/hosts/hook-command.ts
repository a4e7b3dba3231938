/** The command line that an installed hook calls. */

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
    ...(home === undefined ? [] : [`NOCTURNE_HOME=${quoted(home)}`]),
    ...[node, program, ...words].map(quoted),
  ].join(' ');
}

export function quoted(word: string): string {
  return /^[\w/.:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
