/** Runs the rules about the whole workspace; the results of traced ones are cached. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { sha256 } from '../kernel/hash.js';
import type { ContentCache } from '../workspace/cache.js';
import { memo } from '../workspace/reads.js';
import type { Rule, WorkspaceContext, WorkspaceRule } from './rule.js';
import { digestOfRead, tracedContext } from './traced-context.js';

export type CachedAnswers = Pick<ContentCache, 'answer' | 'keepAnswer' | 'digest'>;

/** The result of a rule that reads more files than this one by one is not cached. */
const MOST_READS = 1_000;

export async function runRules(
  context: WorkspaceContext,
  rules: readonly Rule[],
  answers: CachedAnswers | undefined,
): Promise<readonly Diagnostic[]> {
  const found: (readonly Diagnostic[])[] = [];
  const digestOf = memo((read: string) =>
    answers === undefined ? undefined : digestOfRead(context, read, answers.digest),
  );
  for (const rule of rules)
    if (rule.kind === 'workspace')
      found.push(
        answers === undefined || rule.isTraced === undefined
          ? await rule.run(context)
          : await cachedRun(context, rule, { answers, digestOf }),
      );
  return found.flat();
}

type Kept = {
  readonly answers: CachedAnswers;
  readonly digestOf: (read: string) => string | undefined;
};

/** A rule that finds everything that it read the last time as it was finds the same. */
async function cachedRun(
  context: WorkspaceContext,
  rule: WorkspaceRule,
  { answers, digestOf }: Kept,
): Promise<readonly Diagnostic[]> {
  const digestOfAll = (reads: readonly string[]): string | undefined => {
    const digests = reads.length > MOST_READS ? [undefined] : reads.map(digestOf);
    return digests.includes(undefined) ? undefined : sha256([...reads, ...digests].join('\n'));
  };
  const [result, read] = [`rule ${rule.id}`, `what rule ${rule.id} reads`];
  const before = answers.answer(read, '');
  const digest =
    before === undefined ? undefined : digestOfAll(JSON.parse(before) as readonly string[]);
  const cached = digest === undefined ? undefined : answers.answer(result, digest);
  if (cached !== undefined) return JSON.parse(cached) as readonly Diagnostic[];
  const traced = tracedContext(context);
  const found = await rule.run(traced.context);
  const reads = [...traced.reads];
  const newDigest = digestOfAll(reads);
  if (newDigest !== undefined) {
    answers.keepAnswer(read, { digest: '', answer: JSON.stringify(reads) });
    answers.keepAnswer(result, { digest: newDigest, answer: JSON.stringify(found) });
  }
  return found;
}
