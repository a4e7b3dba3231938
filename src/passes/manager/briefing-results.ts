/** The morning page: what came out of the night, and how far each project is. */
import { clipped } from '../../kernel/words.js';
import { fieldInt, fieldText } from '../../project/field-text.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { agentWrites } from '../agent-writes.js';
import type { Night } from './night.js';
import { plain, quoted, shortened } from '../../project/page-text.js';
import { bar } from './briefing-text.js';

const MOST_LINKS = 3;
const LONGEST_TITLE = 60;
const LONGEST_SENTENCE = 160;

/**
 * `files`: the newest first, at most three. `sentence`: of the agent of its last good pass; empty
 * where all were weak, or failed. `isFailed`: only passes that failed wrote these files.
 */
export type NightResult = {
  /** Empty: idle work. */
  readonly project: string;
  readonly files: readonly { readonly path: string; readonly title: string }[];
  readonly more: number;
  readonly sentence: string;
  readonly isFailed?: true;
};

export function nightResults(night: Night): readonly NightResult[] {
  const { snapshot } = night;
  return outputsOf(night).flatMap(({ written, ...outputs }) => {
    const paths = written.filter((path) => snapshot.files.has(path));
    if (paths.length === 0) return [];
    const files = paths
      .slice(0, MOST_LINKS)
      .map((path) => ({ path, title: titleOf(snapshot, path) }));
    return [{ ...outputs, files, more: paths.length - files.length }];
  });
}

/** `written`: the newest first. */
type Outputs = Omit<NightResult, 'files' | 'more'> & { readonly written: readonly string[] };

/** By the rows of a night, which are the same in several snapshots. */
const known = new WeakMap<Night['rows'], readonly Outputs[]>();

function outputsOf(night: Night): readonly Outputs[] {
  const outputs = known.get(night.rows) ?? readOutputs(night);
  known.set(night.rows, outputs);
  return outputs;
}

function readOutputs({ runs, rows }: Night): readonly Outputs[] {
  const rowsOf = new Map<string, Rec[]>(runs.map((run) => [run.key, []]));
  for (const row of rows) rowsOf.get(fieldText(row, 'run_id'))?.push(row);
  // Another pass may have written over a file: it is the work of the last one.
  const lastBy = new Map(
    runs.flatMap((run) =>
      [...agentWrites(rowsOf.get(run.key) ?? [])].map((path) => [path, run] as const),
    ),
  );
  const writtenBy = (some: readonly Rec[]): readonly string[] =>
    [...agentWrites(some.flatMap((run) => rowsOf.get(run.key) ?? []))]
      .filter((path) => some.some((run) => run === lastBy.get(path)))
      .reverse();
  const projects = [...new Set(runs.map((run) => fieldText(run, 'project')))];
  const all = projects.map((project) => {
    const own = runs.filter((run) => fieldText(run, 'project') === project);
    const kept = own.filter((run) => KEPT.includes(fieldText(run, 'grade')));
    const best = kept.findLast((run) => fieldText(run, 'grade') !== 'WEAK');
    const sentence = best === undefined ? '' : shortened(plain(summaryOf(best)));
    const written = writtenBy(kept);
    const left = writtenBy(own.filter((run) => FAILED.includes(fieldText(run, 'grade'))));
    return {
      kept: { project, written, sentence },
      failed: { project, written: left, sentence: '', isFailed: true } as const,
    };
  });
  return [...all.map(({ kept }) => kept), ...all.map(({ failed }) => failed)];
}

/** What a weak pass wrote stays as well, and may have brought its project nearer. */
const KEPT: readonly string[] = ['STRONG', 'ADEQUATE', 'WEAK'];
/** So does what was allowed of the work of a pass that failed, or broke down before its grade. */
const FAILED: readonly string[] = ['FAIL', ''];

/** One line a project. */
export function resultLines(results: readonly NightResult[]): readonly string[] {
  return results.map(({ project, files, more, sentence, isFailed }) => {
    const rest = more === 0 ? '' : ` and ${more} more`;
    const poor = `, from ${isFailed === true ? 'failed' : 'weak'} work`;
    const said = sentence === '' ? poor : `: ${quoted(sentence, LONGEST_SENTENCE)}`;
    return `${project === '' ? 'idle work' : project}: ${files.map(link).join(', ')}${rest}${said}`;
  });
}

/** What the agent said, without the grade. */
function summaryOf(run: Rec | undefined): string {
  const outcome = fieldText(run, 'outcome');
  return outcome.slice(outcome.indexOf(':') + 1).trim();
}

/** The registry knows of links to files of projects; anything else is only named. */
function link({ path, title }: NightResult['files'][number]): string {
  if (!path.startsWith('PROJECTS/')) return `\`${path.replaceAll('`', '')}\``;
  return `[${title}](${/^[\w./-]+$/.test(path) ? path : `<${path.replace(/[<>]/g, '')}>`})`;
}

function titleOf(snapshot: Snapshot, path: string): string {
  const heading = path.endsWith('.md') ? snapshot.doc(path)?.headings[0]?.text.trim() : undefined;
  return clipped(plain(heading || path.slice(path.lastIndexOf('/') + 1)), LONGEST_TITLE);
}

const LAST = 999;
const WAITS = 1_000_000;
/** Statuses of projects that nobody works on again. */
export const OVER: readonly string[] = ['complete', 'abandoned'];

/** `done`: from 0 to 1. `text` is empty where nothing was measured yet. */
export type NightProgress = {
  readonly project: string;
  readonly phase: string;
  readonly status: string;
  readonly text: string;
  readonly done: number;
};

/** Projects that can go on first, by their priority; the others are named where they wait. */
export function nightProgress(snapshot: Snapshot): readonly NightProgress[] {
  return snapshot
    .records('DISPATCH')
    .filter((row) => !OVER.includes(fieldText(row, 'status')))
    .sort((a, b) => placeOf(a) - placeOf(b))
    .map((row) => {
      const slug = fieldText(row, 'slug');
      const project = snapshot.record('PROJECT', slug);
      const text = fieldText(project, 'last_pass.progress');
      return {
        project: slug,
        phase: fieldText(row, 'phase'),
        status: fieldText(row, 'status'),
        text,
        done: text === '' ? 0 : 1 - Number(fieldText(project, 'last_pass.distance')),
      };
    });
}

function placeOf(row: Rec): number {
  const goesOn = fieldText(row, 'status') === 'active' && fieldText(row, 'escalation') === '';
  return (fieldInt(row, 'priority') ?? LAST) + (goesOn ? 0 : WAITS);
}

/** `inventory ###······· 220 of 300` */
export function progressLines(progress: readonly NightProgress[]): readonly string[] {
  return progress.map(({ project, phase: name, status, text, done }) => {
    const state = status === 'active' ? '' : `, ${STATES[status] ?? status}`;
    const phase = `phase ${name || '-'}${state}`;
    if (text === '') return `${project}: ${phase}; nothing measured yet`;
    return `${project}: \`${bar(done)}\` ${text}, ${phase}`;
  });
}

const STATES: Readonly<Record<string, string>> = {
  'transition-hold': 'its tests are met and it waits for you',
};
