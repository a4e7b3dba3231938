/** Runs the rules about the whole workspace; of those that read little, the results are cached. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { sha256 } from '../kernel/hash.js';
import type { ContentCache } from '../workspace/cache.js';
import type { Snapshot } from '../workspace/types.js';
import type { Rule, WorkspaceContext, WorkspaceRule } from './rule.js';

export type CachedAnswers = Pick<ContentCache, 'answer' | 'keepAnswer'>;

export async function runRules(
  context: WorkspaceContext,
  rules: readonly Rule[],
  answers: CachedAnswers | undefined,
): Promise<readonly Diagnostic[]> {
  const found: (readonly Diagnostic[])[] = [];
  const digestOf = digests(context.snapshot);
  for (const rule of rules)
    if (rule.kind === 'workspace')
      found.push(
        answers === undefined || rule.reads === undefined
          ? await rule.run(context)
          : await cachedRun(context, rule, { answers, digest: digestOf(rule.reads) }),
      );
  return found.flat();
}

async function cachedRun(
  context: WorkspaceContext,
  rule: WorkspaceRule,
  { answers, digest }: { readonly answers: CachedAnswers; readonly digest: string },
): Promise<readonly Diagnostic[]> {
  const name = `rule ${rule.id}`;
  const cached = answers.answer(name, digest);
  if (cached !== undefined) return JSON.parse(cached) as readonly Diagnostic[];
  const found = await rule.run(context);
  answers.keepAnswer(name, { digest, answer: JSON.stringify(found) });
  return found;
}

function digests(snapshot: Snapshot): (reads: NonNullable<WorkspaceRule['reads']>) => string {
  let names: string | undefined;
  return (reads) =>
    reads === 'names'
      ? (names ??= sha256([...snapshot.files.keys()].join('\n')))
      : sha256(
          reads(snapshot)
            .map((path) => `${path}\0${snapshot.hash(path) ?? ''}`)
            .join('\n'),
        );
}
