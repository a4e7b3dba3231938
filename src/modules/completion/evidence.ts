/** Compares the files in which a task's result is expected with those from before the task. */
import { NocturneError } from '../../kernel/error.js';
import { globMatches } from '../../kernel/glob.js';
import { routeOf } from '../../registry/route.js';
import { getObject, putObject } from '../../workspace/objects.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Expectation } from './events.js';
import { type ArtefactFacts, judgeArtefact, type Sought, type Verdict } from './judge-artefact.js';
import type { Task } from './task.js';

/** `found`: one accepted file for each expectation. `turnedDown`: why not, best candidate first. */
export type Evidence =
  | { readonly kind: 'found'; readonly artefact: string; readonly sha256: string }
  | { readonly kind: 'missing'; readonly turnedDown: string };

/** Reasons, from the best candidate to the worst. */
const NEARNESS = [
  'negated',
  'foreign',
  'unnamed',
  'unreadable',
  'empty',
  'unknown-past',
  'special',
  'ours',
  'stale',
];
const MOST_REASONS = 5;

/** Stores the hashes of the files where the result is expected, and returns that list's name. */
export function keepBaseline(snapshot: Snapshot, expects: readonly Expectation[]): string {
  const before = Object.fromEntries(
    pathsFor(snapshot, expects).map((path) => [path, snapshot.hash(path) ?? '']),
  );
  return putObject(snapshot.root, Buffer.from(JSON.stringify(before)));
}

export function evidenceFor(snapshot: Snapshot, task: Task): Evidence {
  const sought: Sought = {
    id: task.id,
    replayOf: task.replayOf,
    project: task.project,
    before: readBaseline(snapshot.root, task.baseline),
  };
  const accepted: ArtefactFacts[] = [];
  const rejected: Extract<Verdict, { accepted: false }>[] = [];
  for (const expectation of task.expects) {
    const verdicts = pathsFor(snapshot, [expectation]).map((path) => ({
      facts: factsOf(snapshot, path),
      verdict: judgeArtefact(sought, expectation, factsOf(snapshot, path)),
    }));
    const good = verdicts.find(({ verdict }) => verdict.accepted);
    if (good !== undefined) accepted.push(good.facts);
    else if (verdicts.length === 0) return missing([`there is no file at ${expectation.path}`]);
    for (const { verdict } of verdicts)
      if (good === undefined && !verdict.accepted) rejected.push(verdict);
  }
  const [first] = accepted;
  if (first !== undefined && rejected.length === 0 && accepted.length === task.expects.length)
    return {
      kind: 'found',
      artefact: accepted.map((artefact) => artefact.path).join(', '),
      sha256: first.sha256,
    };
  const nearest = [...rejected].sort(
    (a, b) => NEARNESS.indexOf(a.reason) - NEARNESS.indexOf(b.reason),
  );
  const more = nearest.length > MOST_REASONS ? [`and ${nearest.length - MOST_REASONS} more`] : [];
  return missing([
    ...nearest.slice(0, MOST_REASONS).map((verdict) => `${verdict.reason}: ${verdict.why}`),
    ...more,
  ]);
}

function missing(reasons: readonly string[]): Evidence {
  return {
    kind: 'missing',
    turnedDown: reasons.join('; ') || 'no file is expected, so no file can prove the result',
  };
}

function pathsFor(snapshot: Snapshot, expects: readonly Expectation[]): readonly string[] {
  return [...snapshot.files.keys()].filter((path) =>
    expects.some((expectation) => globMatches(expectation.path, path)),
  );
}

function factsOf(snapshot: Snapshot, path: string): ArtefactFacts {
  const entry = snapshot.files.get(path);
  const route = routeOf(snapshot.schema, path);
  const ours = route.tier !== 'STANDARD' || route.bundles.length > 0 || /^memory\//.test(path);
  return {
    path,
    size: entry?.size ?? 0,
    kind: entry?.kind ?? 'other',
    sha256: snapshot.hash(path) ?? '',
    text: snapshot.text(path),
    ours,
  };
}

function readBaseline(root: string, hash: string): Readonly<Record<string, string>> | undefined {
  try {
    return JSON.parse(getObject(root, hash).toString('utf8')) as Readonly<Record<string, string>>;
  } catch (error) {
    // Without the old list, no file counts as new.
    if (error instanceof NocturneError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
