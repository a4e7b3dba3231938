/** Recognises by its name a copy that a sync tool or a file manager made of a file. */

/** After the name: Syncthing, Dropbox, Nextcloud and iCloud. Nobody else names files like this. */
const CERTAIN = [
  /\.sync-conflict-\d{8}-\d{6}(?:-\w+)?$/,
  /[ _-]*[([][^)\]]*(?:conflict|konflikt|conflit|conflicto|conflitto)[^)\]]*[)\]]$/i,
  /[ _-]+conflicted copy[^/]*$/i,
  /[ _-]conflict-\d{8}-\d{6}$/i,
];
/** Finder, Windows and Google Drive, and other forms of the above: people also name files so. */
const LIKELY = [
  / \d{1,2}$/,
  / ?\(\d{1,3}\)$/,
  /(?: -)? \(?(?:copy|kopie|copie|copia)(?: ?\(?\d+\)?)?\)?$/i,
  / \([^()]*case clash[^()]*\)$/i,
  /[ ._-]sync-conflict-[\w-]+$/i,
  /[ ._-]conflict(?:ed)?(?:[ ._-]copy)?(?:[ ._-][\d-]+)*$/i,
  /^copy of /i,
];

/** The path of the file that this one is a copy of, if that file exists. */
export function syncCopyOf(path: string, exists: (path: string) => boolean): string | undefined {
  return originals(path, [...CERTAIN, ...LIKELY]).find(exists);
}

/** The same if the name alone is proof: the original may be gone. */
export function certainSyncCopyOf(path: string): string | undefined {
  return /\.\w+$/.test(path) ? originals(path, CERTAIN)[0] : undefined;
}

function originals(path: string, marks: readonly RegExp[]): readonly string[] {
  const [, folder = '', name = ''] = /^(.*\/)?([^/]*)$/s.exec(path) ?? [];
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot < 1 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  return marks
    .map((mark) => stem.replace(mark, ''))
    .filter((other) => other !== stem && other !== '')
    .map((other) => `${folder}${other}${extension}`);
}
