/**
 * Decides whether a file proves that a task is done: new by its hash, long enough, about this task,
 * and not saying the opposite.
 */
import type { Expectation } from './events.js';

/** `text` is `undefined` if the file is not UTF-8. */
export type ArtefactFacts = {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly text: string | undefined;
  readonly kind: 'file' | 'symlink' | 'other';
  /** Nocturne writes it (a log, a bundle-only file), so it proves nothing about a task. */
  readonly ours: boolean;
};

/** `before`: hashes by path from before the task; `undefined` if they are lost. */
export type Sought = {
  readonly id: string;
  readonly replayOf: string | undefined;
  readonly project: string;
  readonly before: Readonly<Record<string, string>> | undefined;
};

export const REJECTIONS = [
  'special',
  'ours',
  'unknown-past',
  'stale',
  'empty',
  'foreign',
  'unreadable',
  'unnamed',
  'negated',
] as const;
export type Rejection = (typeof REJECTIONS)[number];
export type Verdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly reason: Rejection; readonly why: string };

const TASK_ID = /(?<![\w-])TASK-\d{8}-\d{3,}(?![\w-])/g;
const NEGATED =
  /\b(?:not (?:yet |been |fully |be )*(?:complete|completed|done|finished|delivered|possible)|(?:is|are|was|were|has|have|did|could|can|do|does)n['’]t (?:been |be )?(?:complete|completed|done|finish|finished)|incomplete|unfinished|fail(?:ed|s)? to|could not|couldn['’]t|cannot be completed|unable to|gave up|aborted|TODO|FIXME|(?:task|status|result|outcome)\W{1,4}(?:has )?(?:failed|failure|error|blocked|aborted))\b/i;

export function judgeArtefact(
  sought: Sought,
  expectation: Expectation,
  file: ArtefactFacts,
): Verdict {
  const reject = (reason: Rejection, why: string): Verdict => ({
    accepted: false,
    reason,
    why: `${file.path}: ${why}`,
  });
  if (file.kind !== 'file') return reject('special', 'it is not a regular file');
  if (file.ours) return reject('ours', 'Nocturne writes it, so it proves nothing about the task');
  if (sought.before === undefined)
    return reject('unknown-past', 'the list of files from before the task is lost');
  const earlier = Object.keys(sought.before).find((path) => sought.before?.[path] === file.sha256);
  if (earlier === file.path) return reject('stale', 'it has not changed since the task began');
  if (earlier !== undefined)
    return reject('stale', `it is a copy of ${earlier} from before the task`);
  if (file.size < expectation.min_bytes || file.text?.trim() === '')
    return reject('empty', `${file.size} bytes, expected at least ${expectation.min_bytes}`);
  const owner = /^PROJECTS\/([^/]+)\//.exec(file.path)?.[1];
  if (sought.project !== '' && owner !== undefined && owner !== sought.project)
    return reject(
      'foreign',
      `it belongs to the project ${owner}, but the task belongs to ${sought.project}`,
    );
  if (file.text === undefined) return reject('unreadable', 'it is not text');
  return judgeText(sought, expectation, { text: file.text, reject });
}

function judgeText(
  sought: Sought,
  expectation: Expectation,
  options: { readonly text: string; readonly reject: (reason: Rejection, why: string) => Verdict },
): Verdict {
  const { text, reject } = options;
  const named = new Set(text.match(TASK_ID) ?? []);
  const other = [...named].find((id) => id !== sought.id && id !== sought.replayOf);
  if (other !== undefined) return reject('foreign', `it names ${other}`);
  const marked =
    expectation.contains === undefined ? named.has(sought.id) : text.includes(expectation.contains);
  if (!marked)
    return reject(
      'unnamed',
      expectation.contains === undefined
        ? `it does not name ${sought.id}`
        : `it does not contain ${JSON.stringify(expectation.contains)}`,
    );
  const denial = NEGATED.exec(text)?.[0];
  return denial === undefined
    ? { accepted: true }
    : reject('negated', `it says "${denial.slice(0, 40)}"`);
}
