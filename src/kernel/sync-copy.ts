/** Recognises by its name a copy that a sync tool or a file manager made of a file. */

/** Of iCloud, Finder, Windows, Dropbox, Nextcloud, Google Drive, Syncthing: after the name. */
const ENDINGS = [
  / \d{1,2}$/,
  / ?\(\d{1,2}\)$/,
  / copy(?: \d{1,2})?$/i,
  / - copy(?: ?\(\d{1,2}\))?$/i,
  / \([^()]*(?:conflict|case clash)[^()]*\)$/i,
  /[ ._-]sync-conflict-[\w-]+$/i,
  /[ ._-]conflict(?:ed)?(?:[ ._-]copy)?(?:[ ._-][\d-]+)*$/i,
];
const BEGINNING = /^copy of /i;

/** The path of the file that this one is a copy of, if that file exists. */
export function syncCopyOf(path: string, exists: (path: string) => boolean): string | undefined {
  const [, folder = '', name = ''] = /^(.*\/)?([^/]*)$/s.exec(path) ?? [];
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot < 1 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  const stems = [...ENDINGS.map((ending) => stem.replace(ending, '')), stem.replace(BEGINNING, '')];
  const original = stems.find(
    (other) => other !== stem && other !== '' && exists(`${folder}${other}${extension}`),
  );
  return original === undefined ? undefined : `${folder}${original}${extension}`;
}
