/** The morning page: what came out of the night, and how far each project is. */
import { fieldInt, fieldText } from '../../project/field-text.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { agentWrites } from '../agent-writes.js';
import type { Night } from './briefing.js';
import { plain, shortened } from '../../project/page-text.js';
import { bar } from './briefing-text.js';

const MOST_LINKS = 3;
const LONGEST_TITLE = 60;

/** One line a project: its files of the night, and the sentence of its last good pass. */
export function resultLines({ snapshot, runs, rows }: Night): readonly string[] {
  const good = runs.filter((run) => ['STRONG', 'ADEQUATE'].includes(fieldText(run, 'grade')));
  const projects = [...new Set(good.map((run) => fieldText(run, 'project')))];
  return projects.flatMap((slug) => {
    const own = good.filter((run) => fieldText(run, 'project') === slug);
    const ids = new Set(own.map((run) => run.key));
    const written = [...agentWrites(rows.filter((row) => ids.has(fieldText(row, 'run_id'))))];
    const paths = written.filter((path) => snapshot.files.has(path)).reverse();
    if (paths.length === 0) return [];
    const links = paths.slice(0, MOST_LINKS).map((path) => link(snapshot, path));
    const more = paths.length - links.length;
    const files = `${links.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
    const sentence = shortened(plain(summaryOf(own.at(-1))));
    return [`${slug === '' ? 'idle work' : slug}: ${files}: ${sentence}`];
  });
}

/** What the agent said, without the grade. */
function summaryOf(run: Rec | undefined): string {
  const outcome = fieldText(run, 'outcome');
  return outcome.slice(outcome.indexOf(':') + 1).trim();
}

/** The registry knows of links to files of projects; anything else is only named. */
function link(snapshot: Snapshot, path: string): string {
  if (!path.startsWith('PROJECTS/')) return `\`${path.replaceAll('`', '')}\``;
  const heading = path.endsWith('.md') ? snapshot.doc(path)?.headings[0]?.text.trim() : undefined;
  const title = plain(heading || path.slice(path.lastIndexOf('/') + 1)).slice(0, LONGEST_TITLE);
  return `[${title}](${/^[\w./-]+$/.test(path) ? path : `<${path.replace(/[<>]/g, '')}>`})`;
}

const OVER = ['complete', 'abandoned'];

/** `inventory ###······· 220 of 300`, projects at work first. */
export function progressLines(snapshot: Snapshot): readonly string[] {
  return snapshot
    .records('DISPATCH')
    .filter((row) => !OVER.includes(fieldText(row, 'status')))
    .sort((a, b) => (fieldInt(a, 'priority') ?? 999) - (fieldInt(b, 'priority') ?? 999))
    .map((row) => {
      const slug = fieldText(row, 'slug');
      const project = snapshot.record('PROJECT', slug);
      const text = fieldText(project, 'last_pass.progress');
      const distance = Number(fieldText(project, 'last_pass.distance'));
      const status = fieldText(row, 'status');
      const state = status === 'active' ? '' : `, ${STATES[status] ?? status}`;
      const phase = `phase ${fieldText(row, 'phase') || '-'}${state}`;
      if (text === '') return `${slug}: ${phase}; nothing measured yet`;
      return `${slug}: \`${bar(1 - distance)}\` ${text}, ${phase}`;
    });
}

const STATES: Readonly<Record<string, string>> = {
  'transition-hold': 'its tests are met and it waits for you',
};
