/** Decides by the difference who has to look at what a step changed before it is accepted. */
import { plural } from '../../../kernel/words.js';

/** One changed file. */
export type ChangedFile = {
  /** Relative to the workspace. */
  readonly path: string;
  /** Added and removed lines; of a file that is not text, 0. */
  readonly lines: number;
  /** Protected pages next to it, or that a change of it affects. */
  readonly protects: readonly string[];
  /** Other files that read it, by the edges of R4. */
  readonly readers: readonly string[];
  /** Nocturne keeps its earlier content. */
  readonly isReversible: boolean;
};

/** Each is the most that needs nobody, or only a grader. */
export type Thresholds = {
  readonly graderLines: number;
  readonly graderFiles: number;
  readonly ownerLines: number;
  readonly ownerFiles: number;
  readonly ownerReaders: number;
};

export const THRESHOLDS: Thresholds = {
  graderLines: 200,
  graderFiles: 10,
  ownerLines: 1000,
  ownerFiles: 50,
  ownerReaders: 5,
};

export type Looker = 'none' | 'grader' | 'owner';
/** `why`: one sentence each, for the review page. */
export type Look = { readonly who: Looker; readonly why: readonly string[] };

const MOST_NAMED = 3;

/** @param wanted what machine checks found that somebody has to look at, one sentence each. */
export function whoLooks(
  files: readonly ChangedFile[],
  thresholds: Thresholds,
  wanted: readonly string[] = [],
): Look {
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const changed = new Set(files.map(({ path }) => path));
  const readers = uniqueOf(files, 'readers').filter((path) => !changed.has(path));
  const owner = [
    ...named(uniqueOf(files, 'protects'), 'It is next to protected pages, or affects them'),
    ...named(
      files.filter(({ isReversible }) => !isReversible).map(({ path }) => path),
      'Nocturne does not keep what was there before',
    ),
    ...above(lines, thresholds.ownerLines, 'lines'),
    ...above(files.length, thresholds.ownerFiles, 'files'),
    ...(readers.length > thresholds.ownerReaders
      ? named(readers, `More than ${thresholds.ownerReaders} files read what it changes`)
      : []),
  ];
  if (owner.length > 0) return { who: 'owner', why: [...owner, ...wanted] };
  const grader = [
    ...wanted,
    ...above(lines, thresholds.graderLines, 'lines'),
    ...above(files.length, thresholds.graderFiles, 'files'),
    ...named(readers, 'Other files read what it changes'),
  ];
  return { who: grader.length > 0 ? 'grader' : 'none', why: grader };
}

function uniqueOf(files: readonly ChangedFile[], field: 'protects' | 'readers'): readonly string[] {
  return [...new Set(files.flatMap((file) => file[field]))].sort();
}

function above(count: number, most: number, what: string): readonly string[] {
  return count > most ? [`It changes ${count} ${what}; ${most} need no look.`] : [];
}

function named(paths: readonly string[], what: string): readonly string[] {
  if (paths.length === 0) return [];
  const more = paths.length - MOST_NAMED;
  const rest = more > 0 ? ` and ${plural(more, 'more', 'more')}` : '';
  return [`${what}: ${paths.slice(0, MOST_NAMED).join(', ')}${rest}.`];
}
