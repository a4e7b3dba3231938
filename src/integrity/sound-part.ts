/** What is left of a damaged or missing log: its opening, and the rows up to the first bad one. */
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { isLineLog } from '../markdown/read-lines.js';
import { observe } from '../workspace/observe.js';
import { readOpenings } from './log-head.js';
import { rebuiltLog } from './rebuild-log.js';
import { verifyContent } from './verify-content.js';
import { type LogVerdict, verifyLog } from './verify-log.js';

export type LogPlace = {
  readonly root: string;
  readonly state: string;
  /** The text above the rows of a log as it is shipped. */
  readonly shippedOpening: (file: string) => string | undefined;
};
/** `before`: the hash of the damaged file; `undefined` for a missing one. */
export type SoundPart = {
  readonly content: Buffer;
  readonly before: string | undefined;
  readonly verdict: LogVerdict;
};

/** @throws NocturneError `GATE` if nothing is known of the log, or a link is in its place. */
export function soundPart(place: LogPlace, file: string): SoundPart {
  const path = join(place.root, file);
  const seen = observe(path);
  if (seen.kind === 'special')
    throw new NocturneError('GATE', `${file} is a link or another special file, not a log`, {
      file,
      hint: 'move it away, then run nocturne audit anchor again: a new log begins',
    });
  const opening = openingOf(place, file);
  const bytes = seen.kind === 'file' ? seen.bytes : Buffer.alloc(0);
  const candidates: Buffer[] = [];
  const end = seen.kind === 'file' ? verifyLog(path, { file }).end : undefined;
  if (end !== undefined) candidates.push(bytes.subarray(0, end.bytes));
  const rebuilt = rebuiltLog(bytes.toString('utf8'), { file, opening });
  if (rebuilt !== undefined) candidates.push(Buffer.from(rebuilt.text));
  if (isLineLog(file)) candidates.push(Buffer.alloc(0));
  const sound = candidates
    .map((content) => ({ content, verdict: verifyContent(place, { file, content }) }))
    .filter(({ verdict }) => verdict.ok)
    .sort((a, b) => b.verdict.rows - a.verdict.rows);
  const [best] = sound;
  if (best === undefined)
    throw new NocturneError('GATE', `nothing says how the log ${file} begins`, {
      file,
      hint: 'write its heading and the first two lines of its table, then run nocturne audit anchor again',
    });
  return { ...best, before: seen.kind === 'file' ? seen.hash : undefined };
}

function openingOf(place: LogPlace, file: string): string | undefined {
  try {
    return readOpenings(place.state)[file]?.text ?? place.shippedOpening(file);
  } catch (error) {
    if (error instanceof NocturneError) return place.shippedOpening(file);
    throw error;
  }
}
