/** Rule prompt-command: prompts name only commands, options and bundles that exist. */
import type { Diagnostic, Range } from '../../kernel/diagnostic.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import { defined } from '../../kernel/defined.js';
import { rangeOf } from '../../markdown/range-of.js';
import type { Doc } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import type { WorkspaceRule } from '../rule.js';

export const promptCommand: WorkspaceRule = {
  kind: 'workspace',
  id: 'prompt-command',
  severity: 'error',
  suppressible: 'never',
  run: async ({ snapshot, schema, commands }) => {
    const found: Diagnostic[] = [];
    const complain = (range: Range, line: string, problem: Problem): void => {
      found.push({
        rule: 'prompt-command',
        severity: 'error',
        range,
        actual: line,
        hint: 'correct it, then run nocturne prompts compose, and sign',
        ...problem,
      });
    };
    for (const path of fragments(snapshot)) {
      const doc = snapshot.doc(path);
      if (doc === undefined) continue;
      for (const { line, start, end } of commandLines(doc)) {
        const words = line.split(/\s+/).slice(1);
        const range = rangeOf(doc, path, { start, end });
        const [verb, name = ''] = words;
        if (verb === 'bundle' && /^[a-z]/.test(name) && !schema.bundles.has(name))
          complain(range, line, {
            message: `this prompt names the bundle ${name}, which R5 does not declare`,
            expected: 'a bundle of R5 in REGISTRY.md',
            ...defined({ hint: didYouMean(name, schema.bundles.keys()) }),
          });
        const problem = await commands?.(words);
        if (problem !== undefined)
          complain(range, line, { ...problem, message: `this prompt names ${problem.message}` });
      }
    }
    return found;
  },
};

type Problem = Pick<Diagnostic, 'message'> & Partial<Pick<Diagnostic, 'expected' | 'hint'>>;

function fragments(snapshot: Snapshot): readonly string[] {
  return [
    ...new Set(snapshot.records('PROMPT-PART').map((row) => fieldText(row, 'fragment'))),
  ].sort();
}

type CommandLine = { readonly line: string; readonly start: number; readonly end: number };

/** `nocturne …` in code spans, and on lines of fences, up to what a shell would read. */
function commandLines({ text, fences }: Doc): readonly CommandLine[] {
  const inFence = (offset: number): boolean =>
    fences.some(({ contentStart, contentEnd }) => offset >= contentStart && offset < contentEnd);
  const fenced = [...text.matchAll(/^[^\S\r\n]*(?:\$ )?(nocturne [a-z][^\n\r#|<>;&]*)/gm)].filter(
    ({ index, 0: whole }) => inFence(index + whole.indexOf('nocturne')),
  );
  const spans = [...text.matchAll(/`(nocturne [a-z][^`\n]*)`/g)].filter(
    ({ index }) => !inFence(index),
  );
  return [...fenced, ...spans].map(({ index, 0: whole, 1: line = '' }) => {
    const start = index + whole.indexOf(line);
    return { line: line.trim(), start, end: start + line.trimEnd().length };
  });
}
