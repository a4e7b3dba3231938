/** For the brief: how the last passes ended, and which outputs there are. */
import type { Fragment } from '../../agents/types.js';
import { sameObjective } from '../../governance/project-state.js';
import type { AssertionResult } from '../../governance/types.js';
import { globMatches } from '../../kernel/glob.js';
import { fieldText } from '../../project/field-text.js';
import { lastRows } from '../../project/recent-rows.js';
import type { FileEntry, Snapshot } from '../../workspace/types.js';
import { dataFragment } from './data-fragment.js';

const LAST_PASSES = 3;
const MOST_OUTPUTS = 30;
const LONGEST_TITLE = 80;
/** Characters of one output, and of all: a brief is read again with every call of a model. */
const MOST_OF_OUTPUT = 4000;
const MOST_OF_OUTPUTS = 12_000;
/** Of a longer one, which has to be read anyway. */
const BEGINNING = 1000;

/** @param now the objective of the pass that is to begin. */
export function lastPassesFragment(
  snapshot: Snapshot,
  slug: string,
  now: string,
): readonly Fragment[] {
  const runs = lastRows(
    snapshot,
    'RUN',
    LAST_PASSES,
    (run) => fieldText(run, 'project') === slug && fieldText(run, 'role') === 'worker',
  );
  const notes = new Map(
    snapshot.records('MEMORY').map((entry) => [fieldText(entry, 'run_id') || entry.key, entry]),
  );
  const lines = runs.map((run) => {
    const objective = fieldText(notes.get(run.key), 'objective');
    const told = sameObjective(objective, now) ? 'the same as now' : objective;
    return `- ${fieldText(run, 'outcome')}${objective === '' ? '' : ` (its objective: ${told})`}`;
  });
  const [last] = runs.slice(-1);
  if (last === undefined) return [];
  return [
    dataFragment('What the last passes tried, and how they ended', last.file, lines.join('\n')),
  ];
}

export function outputsFragment(
  snapshot: Snapshot,
  { project, writes }: { readonly project: string; readonly writes: readonly string[] },
  results: readonly AssertionResult[],
): readonly Fragment[] {
  const files = [...snapshot.files.values()].filter(
    ({ kind, path }) => kind === 'file' && writes.some((glob) => globMatches(glob, path)),
  );
  if (files.length === 0) return [];
  const lacks = (path: string): readonly string[] =>
    results
      .filter(({ holds, where }) => !holds && where?.replace(/:\d+$/, '') === path)
      .map(({ expected, found }) => `expected ${expected}, found ${found}`);
  const byNeed = files
    .map((file) => ({ file, lacking: [...new Set(lacks(file.path))] }))
    .sort((a, b) => b.lacking.length - a.lacking.length);
  const lines = byNeed.slice(0, MOST_OUTPUTS).map(({ file, lacking }) => {
    const lack = lacking.length === 0 ? '' : `; lacks: ${lacking.join('; ')}`;
    return `- ${file.path}: ${titleOf(snapshot, file)}${file.size} bytes${lack}`;
  });
  const more = files.length - lines.length;
  const rest = more > 0 ? [`- and ${more} more files`] : [];
  return [
    dataFragment('The outputs that exist', `PROJECTS/${project}/`, [...lines, ...rest].join('\n')),
  ];
}

/** What the last pass wrote, from the beginning of each file. */
export function outputTexts(snapshot: Snapshot, paths: readonly string[]): readonly Fragment[] {
  const most = Math.min(MOST_OF_OUTPUT, Math.floor(MOST_OF_OUTPUTS / Math.max(1, paths.length)));
  return paths.flatMap((path) => {
    const text = snapshot.text(path) ?? '';
    if (text.trim() === '') return [];
    const shown = beginningOf(text, most);
    const sha256 = snapshot.hash(path) ?? '';
    return [{ title: 'An earlier output', source: path, sha256, text: shown, trust: 'data' }];
  });
}

function beginningOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const length = Math.min(BEGINNING, most);
  const cut = text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
  const lineEnd = cut.lastIndexOf('\n');
  const shown = lineEnd > length / 2 ? cut.slice(0, lineEnd) : cut;
  return `${shown}\n(These are ${shown.length} of ${text.length} characters. Read the file to see them all.)`;
}

function titleOf(snapshot: Snapshot, { path }: FileEntry): string {
  const title = path.endsWith('.md') ? snapshot.doc(path)?.headings[0]?.text.trim() : undefined;
  return title === undefined || title === '' ? '' : `"${title.slice(0, LONGEST_TITLE)}", `;
}
