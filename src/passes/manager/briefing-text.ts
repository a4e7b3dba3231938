/** Lines and lists of the morning page. */
import { localTime } from '../local-time.js';

/** Longer lines are shortened in the middle: a question ends with the word that answers it. */
const LONGEST = 260;
const KEPT_END = 110;

export function shortened(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ').trim();
  if (line.length <= LONGEST) return line;
  const head = line.slice(0, LONGEST - KEPT_END - 3).replace(/\s+\S*$/, '');
  const end = line.slice(-KEPT_END).replace(/^\S*\s+/, '');
  return `${head} … ${end}`;
}

/** Text of agents that cannot end or begin anything on the page. */
export function plain(text: string): string {
  return text
    .replace(/[[\]<>`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

export type ListOptions = {
  readonly most: number;
  /** What is said when there is nothing; empty leaves the part out. */
  readonly none: string;
  /** Where the rest can be seen. */
  readonly more: string;
  /** After the title. */
  readonly hint?: string;
};

export function listed(
  title: string,
  items: readonly string[],
  { most, none, more, hint = '' }: ListOptions,
): string {
  if (items.length === 0) return none === '' ? '' : `**${title}.** ${none}\n`;
  const shown = items.length > most ? items.slice(0, most - 1) : items;
  const left = items.length - shown.length;
  const lines = [...shown, ...(left === 0 ? [] : [`and ${left} more: ${more}`])];
  const after = hint === '' ? '' : ` ${hint}`;
  return `**${title}**${after}\n${lines.map((line) => `- ${line.replace(/\s*\n\s*/g, ' ')}`).join('\n')}\n`;
}

/** In the owner's clock, and without run ids: those are for machines. */
export function lineFor(text: string, zone: string): string {
  return text
    .replace(/ ?\(RUN-\d{8}-\d{3,}\)/g, '')
    .replace(/\bRUN-\d{8}-\d{3,}\b/g, 'a pass')
    .replace(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z/g, (time) =>
      localTime(time, zone),
    );
}

const BAR = 10;

/** `###·······` */
export function bar(fulfilled: number): string {
  const full = Math.min(BAR, Math.max(0, Math.floor(fulfilled * BAR)));
  return `${'#'.repeat(full)}${'·'.repeat(BAR - full)}`;
}
