/** Whether a program still prints lines that it has not printed before. */
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import { printable } from './output-tail.js';

export type OutputNews = {
  take(stream: string, chunk: Uint8Array, now: number): void;
  /** It showed in another way that it works. */
  startAgain(now: number): void;
  /** When it last printed a new line. */
  readonly since: number;
  /** How many known lines it printed since. */
  readonly repeats: number;
  /** One of them, shortened. */
  readonly last: string;
};

/** When as many different lines were printed, the oldest are forgotten. */
const MOST_LINES = 20_000;
const LONGEST_LINE = 500;

/** A line counts when it is complete, and times of day in it do not count. */
export function outputNews(startedAt: number): OutputNews {
  const seen = new Set<string>();
  const rest = new Map<string, string>();
  let since = startedAt;
  let repeats = 0;
  let last = '';
  const hear = (line: string, now: number): void => {
    const text = withoutTimes(line).trim().slice(0, LONGEST_LINE);
    if (text === '') return;
    if (seen.has(text)) {
      repeats += 1;
      last = text;
      return;
    }
    seen.add(text);
    const [oldest] = seen;
    if (seen.size > MOST_LINES && oldest !== undefined) seen.delete(oldest);
    since = now;
    repeats = 0;
  };
  return {
    take(stream, chunk, now) {
      const text = `${rest.get(stream) ?? ''}${Buffer.from(chunk).toString('utf8')}`;
      const lines = text.split(/[\r\n]/);
      rest.set(stream, (lines.pop() ?? '').slice(-LONGEST_LINE));
      for (const line of lines) hear(line, now);
    },
    startAgain(now) {
      since = now;
      repeats = 0;
    },
    get since() {
      return since;
    },
    get repeats() {
      return repeats;
    },
    get last() {
      return cutWithoutSecrets(printable(last), 80);
    },
  };
}

function withoutTimes(line: string): string {
  return line.replace(/(?:\d{4}-\d{2}-\d{2}[T ])?\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?Z?/g, '');
}
