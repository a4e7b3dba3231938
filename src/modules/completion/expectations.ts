/** Which files a task is expected to leave. */
import { parse } from 'yaml';
import { z } from 'zod';
import { issuesText } from '../../kernel/issues-text.js';
import { matchesPlainType } from '../../registry/field-value.js';
import type { Expectation } from './events.js';

const MIN_BYTES = 20;
const MOST = 10;
const PATH = z
  .string()
  .refine(
    (path) => matchesPlainType('glob', path) && !path.startsWith('!'),
    'a path or glob inside the workspace',
  );
const LIST = z
  .array(
    z.strictObject({
      path: PATH,
      min_bytes: z.number().int().min(1).default(MIN_BYTES),
      contains: z.string().min(3).optional(),
    }),
  )
  .min(1)
  .max(MOST);

export type ReadExpectations = {
  readonly expects: readonly Expectation[];
  /** Why the declaration is not used. */
  readonly problem?: string;
};

/**
 * A fenced block `yaml expects` (a list of `path`, `min_bytes`, `contains`), or a line `Expects:
 * PATH`. A task cannot declare a program: it is an agent's text, and only the owner decides what
 * runs. The default replaces an unreadable declaration, and is just as strict.
 */
export function expectationsOf(text: string, project: string): ReadExpectations {
  const byDefault: readonly Expectation[] = [
    { path: `PROJECTS/${project || '*'}/outputs/**`, min_bytes: MIN_BYTES },
  ];
  const block = /^[ \t]*`{3,}[ \t]*yaml[ \t]+expects[ \t]*\r?\n([\s\S]*?)^[ \t]*`{3,}[ \t]*$/m.exec(
    text,
  )?.[1];
  const line = /^[ \t]*expects:[ \t]*(\S+)[ \t]*$/im.exec(text)?.[1];
  if (block === undefined && line === undefined) return { expects: byDefault };
  const read = LIST.safeParse(block === undefined ? [{ path: line }] : yamlOf(block));
  if (!read.success)
    return {
      expects: byDefault,
      problem: `the declaration of expected files cannot be parsed: ${issuesText(read.error.issues, 'expects')}`,
    };
  return {
    expects: read.data.map(({ path, min_bytes, contains }) =>
      contains === undefined ? { path, min_bytes } : { path, min_bytes, contains },
    ),
  };
}

function yamlOf(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    return undefined;
  }
}
