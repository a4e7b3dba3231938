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
 * where all were weak.
 */
export type NightResult = {
  /** Empty: idle work. */
  readonly project: string;
  readonly files: readonly { readonly path: string; readonly title: string }[];
  readonly more: number;
  readonly sentence: string;
};

export function nightResults(night: Night): readonly NightResult[] {
  const { snapshot } = night;
  return outputsOf(night).flatMap(({ project, written, sentence }) => {
    const paths = written.filter((path) => snapshot.files.has(path));
    if (paths.length === 0) return [];
    const files = paths
      .slice(0, MOST_LINKS)
      .map((path) => ({ path, title: titleOf(snapshot, path) }));
    return [{ project, files, more: paths.length - files.length, sentence }];
  });
}

/** `written`: the newest first. */
type Outputs = Pick<NightResult, 'project' | 'sentence'> & { readonly written: readonly string[] };

/** By the rows of a night, which are the same in several snapshots. */
const known = new WeakMap<Night['rows'], readonly Outputs[]>();

function outputsOf(night: Night): readonly Outputs[] {
  const outputs = known.get(night.rows) ?? readOutputs(night);
  known.set(night.rows, outputs);
  return outputs;
}

function readOutputs({ runs, rows }: Night): readonly Outputs[] {
  const good = runs.filter((run) => KEPT.includes(fieldText(run, 'grade')));
  const projects = [...new Set(good.map((run) => fieldText(run, 'project')))];
  const rowsOf = new Map<string, Rec[]>(good.map((run) => [run.key, []]));
  for (const row of rows) rowsOf.get(fieldText(row, 'run_id'))?.push(row);
  return projects.map((project) => {
    const own = good.filter((run) => fieldText(run, 'project') === project);
    const written = [...agentWrites(own.flatMap((run) => rowsOf.get(run.key) ?? []))].reverse();
    const best = own.findLast((run) => fieldText(run, 'grade') !== 'WEAK');
    const sentence = best === undefined ? '' : shortened(plain(summaryOf(best)));
    return { project, written, sentence };
  });
}

/** What a weak pass wrote stays as well, and may have brought its project nearer. */
const KEPT: readonly string[] = ['STRONG', 'ADEQUATE', 'WEAK'];

/** One line a project. */
export function resultLines(results: readonly NightResult[]): readonly string[] {
  return results.map(({ project, files, more, sentence }) => {
    const rest = more === 0 ? '' : ` and ${more} more`;
    const said = sentence === '' ? ', from weak work' : `: ${quoted(sentence, LONGEST_SENTENCE)}`;
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

const OVER = ['complete', 'abandoned'];

/** `done`: from 0 to 1. `text` is empty where nothing was measured yet. */
export type NightProgress = {
  readonly project: string;
  readonly phase: string;
  readonly status: string;
  readonly text: string;
  readonly done: number;
};

/** Projects at work first. */
export function nightProgress(snapshot: Snapshot): readonly NightProgress[] {
  return snapshot
    .records('DISPATCH')
    .filter((row) => !OVER.includes(fieldText(row, 'status')))
    .sort((a, b) => (fieldInt(a, 'priority') ?? 999) - (fieldInt(b, 'priority') ?? 999))
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
