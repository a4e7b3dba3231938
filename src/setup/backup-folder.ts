/**
 * Where what is replaced is kept: a folder of its own for every run, also for two in one second.
 */

/**
 * `backups/2026-11-21T034737Z-init`, with a number behind it when something stands under that name.
 */
export function backupFolder(options: {
  readonly now: Date;
  readonly what: 'init' | 'upgrade';
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
