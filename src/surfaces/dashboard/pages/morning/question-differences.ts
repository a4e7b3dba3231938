/** The changes that a question is about: what a yes would do, what a pass did, what was undone. */
import { NocturneError } from '../../../../kernel/error.js';
import type { PageContext } from '../../../../passes/dashboard-page.js';
import type { OpenQuestion } from '../../../../passes/question-facts.js';

/** `text`: as `diff -u` prints it, or a sentence why there is none. */
export type Difference = { readonly title: string; readonly text: string };

const MOST_FILES = 4;
const MOST_LINES = 60;

/** Of several questions, which are often about the same run. */
export function differencesOfAll(
  context: Pick<PageContext, 'call'>,
  questions: readonly Pick<OpenQuestion, 'approval' | 'run'>[],
): Promise<readonly (readonly Difference[])[]> {
  const known = new Map<string, Promise<readonly Difference[]>>();
  return Promise.all(
    questions.map((question) => {
      const key = JSON.stringify([question.approval, question.run]);
      const found = known.get(key) ?? differencesOf(context, question);
      known.set(key, found);
      return found;
    }),
  );
}

export async function differencesOf(
  { call }: Pick<PageContext, 'call'>,
  { approval, run }: Pick<OpenQuestion, 'approval' | 'run'>,
): Promise<readonly Difference[]> {
  if (approval !== null) return [await approvalDifference(call, approval)];
  if (run === null) return [];
  return [...(await undoneBy(call, run)), ...(await writtenBy(call, run))].slice(0, MOST_FILES);
}

type Call = PageContext['call'];

async function approvalDifference(call: Call, id: string): Promise<Difference> {
  const text = await textOf(call('approvals show', { args: [id] }));
  // It is indented there, so that no word of the agent passes for one of Nocturne's.
  return { title: `What a yes to ${id} does`, text: text.replace(/^ {4}/gm, '') };
}

/** The versions that were undone and are kept: what is there now, and what the pass had written. */
async function undoneBy(call: Call, run: string): Promise<readonly Difference[]> {
  const { kept } = (await call('kept list', { args: [run] })).json as unknown as {
    readonly kept: readonly { readonly path: string }[];
  };
  return Promise.all(
    kept.slice(0, MOST_FILES).map(async ({ path }) => ({
      title: `${path}, undone; the kept version would change`,
      text: await textOf(call('kept apply', { args: [run, path], options: { dryRun: true } })),
    })),
  );
}

async function writtenBy(call: Call, run: string): Promise<readonly Difference[]> {
  const { differences } = (await call('log', { args: [run] })).json as unknown as {
    readonly differences: readonly { readonly path: string; readonly diff: string }[];
  };
  return differences
    .filter(({ diff }) => diff !== '')
    .map(({ path, diff }) => ({ title: `${path}, written by ${run}`, text: cut(diff) }));
}

async function textOf(asked: ReturnType<Call>): Promise<string> {
  try {
    return cut((await asked).text);
  } catch (error) {
    if (error instanceof NocturneError) return error.message;
    throw error;
  }
}

function cut(text: string): string {
  const lines = text.trimEnd().split('\n');
  const more = lines.length - MOST_LINES;
  return more <= 0
    ? lines.join('\n')
    : [...lines.slice(0, MOST_LINES), `… ${more} more lines`].join('\n');
}
