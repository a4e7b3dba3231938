/** Text as the morning page shows it: one line, in the owner's clock. */
import { localTime } from './local-time.js';

/** Longer lines are shortened in the middle: a question ends with the word that answers it. */
const LONGEST = 300;
const KEPT_END = 110;

export function shortened(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ').trim();
  if (line.length <= LONGEST) return line;
  const head = line.slice(0, LONGEST - KEPT_END - 3).replace(/\s+\S*$/, '');
  const end = line.slice(-KEPT_END).replace(/^\S*\s+/, '');
  return `${head} … ${end}`;
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

/** Text of agents that cannot end or begin anything on the page. */
export function plain(text: string): string {
  return text
    .replace(/[[\]<>`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

const MOST_QUOTED = 200;

/** Of a model: no character of it can begin or end anything on a page. */
export function quoted(text: string, most = MOST_QUOTED): string {
  const said = plain(text).replaceAll('"', "'");
  return `"${cut(said, most)}"`;
}

/** At most so many characters, with a mark where more followed. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}
