/**
 * The clock of a child process, in a file: it shows the time that the file has and goes on from
 * there. Writing another time is what a machine that slept does to a process.
 */
import { renameSync, writeFileSync } from 'node:fs';

const PRELOAD = (path: string): string => `
  import { readFileSync } from 'node:fs';
  const Real = Date, real = Real.now;
  let read = '', from = 0, began = 0;
  const now = () => {
    const text = readFileSync(${JSON.stringify(path)}, 'utf8');
    if (text !== read) [read, from, began] = [text, Real.parse(text), real()];
    return from + real() - began;
  };
  globalThis.Date = class Date extends Real {
    constructor(...words) { words.length === 0 ? super(now()) : super(...words); }
    static now() { return now(); }
  };
`;

export type ClockFile = {
  /** For the environment of a child. */
  readonly env: Readonly<Record<string, string>>;
  set(time: string): void;
};

export function clockFile(path: string, time: string): ClockFile {
  const source = Buffer.from(PRELOAD(path)).toString('base64');
  // A child may read it at any moment.
  const set = (shown: string): void => {
    writeFileSync(`${path}.new`, shown);
    renameSync(`${path}.new`, path);
  };
  set(time);
  return { env: { NODE_OPTIONS: `--import=data:text/javascript;base64,${source}` }, set };
}
