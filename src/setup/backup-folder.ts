/**
 * The folder of a run's copies: `backups/2026-11-21T034737Z-init`, with a number at the end if that
 * name is taken.
 */
export function backupFolder(options: {
  readonly now: Date;
  readonly what: 'init' | 'upgrade' | 'repair' | 'anchor';
  readonly paths: Iterable<string>;
}): string {
  const name = `backups/${options.now.toISOString().slice(0, 19).replaceAll(':', '')}Z-${options.what}`;
  const taken = new Set(
    [...options.paths]
      .filter((path) => path.startsWith(name))
      .map((path) => path.split('/').slice(0, 2).join('/')),
  );
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}-${n}`;
  return free;
}
