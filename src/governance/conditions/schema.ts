/** The `json_schema` condition: files or front matter against a JSON Schema. */
import { messageOf } from '../../kernel/error.js';
import { plural } from '../../kernel/words.js';
import { parseDocument } from 'yaml';
import {
  filesIn,
  inProject,
  prefixOf,
  noFiles,
  undecided,
  writableByThePass,
  met,
  unmet,
} from './context.js';
import { parseFrontMatter } from './front-matter.js';
import { isMapping } from '../../project/condition-read.js';
import { countMatches } from './regex.js';
import type { ConditionContext, Outcome } from './context.js';
import type { ConditionOf } from '../../project/condition-types.js';

type Checked =
  | { readonly kind: 'data'; readonly data: unknown }
  | { readonly kind: 'unreadable'; readonly why: string };
type Validate = {
  (data: unknown): boolean;
  errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
};

/** `.json`, `.yaml` and `.yml` are read whole, `.md` by its front matter. */
export async function jsonSchema(
  condition: ConditionOf<'json_schema'>,
  context: ConditionContext,
): Promise<Outcome> {
  const named = typeof condition.schema === 'string' ? condition.schema : 'the schema given';
  const expected = `${condition.in.join(', ')} valid by ${named}`;
  const loaded = schemaData(condition, context);
  if (loaded.kind === 'unreadable') return undecided(expected, loaded.why);
  const files = filesIn(context, condition.in);
  if (files.length === 0) return unmet(expected, noFiles(condition.in));
  const budget: Budget = { exceeded: undefined };
  let validate: Validate;
  try {
    validate = await compile(loaded.data, budget);
  } catch (cause) {
    return undecided(expected, `${named} is not a usable JSON Schema: ${messageOf(cause)}`);
  }
  for (const { path } of files) {
    const read = dataOf(context, path);
    if (read.kind === 'unreadable')
      return unmet(expected, `${inProject(context, path)}: ${read.why}`, path);
    const valid = validate(read.data);
    if (budget.exceeded !== undefined)
      return undecided(
        expected,
        `the pattern ${budget.exceeded} of ${named} took too long on ${path}`,
        path,
      );
    const [error] = validate.errors ?? [];
    if (!valid)
      return unmet(
        expected,
        `${inProject(context, path)}: ${error?.instancePath || '/'} ${error?.message ?? 'is not valid'}`,
        path,
      );
  }
  return met(expected, `${plural(files.length, 'file')}, all valid`, files[0]?.path ?? '');
}

function schemaData(condition: ConditionOf<'json_schema'>, context: ConditionContext): Checked {
  if (typeof condition.schema !== 'string') return { kind: 'data', data: condition.schema };
  const path = `${prefixOf(context)}${condition.schema}`;
  const refused = writableByThePass(context, path);
  if (refused !== undefined) return { kind: 'unreadable', why: refused };
  if (context.snapshot.files.get(path)?.kind !== 'file')
    return { kind: 'unreadable', why: `there is no schema ${path}` };
  const read = dataOf(context, path);
  return read.kind === 'unreadable' ? { kind: 'unreadable', why: `${path}: ${read.why}` } : read;
}

function dataOf(context: ConditionContext, path: string): Checked {
  if (path.endsWith('.md')) {
    const read = parseFrontMatter(context.snapshot, path);
    return read.kind === 'read' ? { kind: 'data', data: read.data } : read;
  }
  const text = context.snapshot.text(path);
  if (text === undefined) return { kind: 'unreadable', why: 'not UTF-8 text' };
  try {
    if (path.endsWith('.json')) return { kind: 'data', data: JSON.parse(text) as unknown };
    if (!/\.ya?ml$/.test(path))
      return { kind: 'unreadable', why: 'neither JSON, nor YAML, nor a page with front matter' };
    const parsed = parseDocument(text, { logLevel: 'silent' });
    const [problem] = parsed.errors;
    if (problem !== undefined) throw problem;
    return { kind: 'data', data: parsed.toJS({ maxAliasCount: 50 }) as unknown };
  } catch (cause) {
    return {
      kind: 'unreadable',
      why: cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause),
    };
  }
}

type Budget = { exceeded: string | undefined };

/** Draft 2020-12 unless `$schema` names draft 7. Formats are not checked; nothing is fetched. */
async function compile(schema: unknown, budget: Budget): Promise<Validate> {
  if (!isMapping(schema) && typeof schema !== 'boolean') throw new TypeError('it is not a map');
  const old = isMapping(schema) && /draft-0[67]/.test(String(schema['$schema'] ?? ''));
  // A schema's patterns get the same time limit as other patterns.
  const regExp = Object.assign(
    (pattern: string, flags: string) => {
      const compiled = new RegExp(pattern, flags);
      return {
        test: (text: string): boolean => {
          const matched = countMatches(compiled, text, { limit: 1 });
          if (matched.kind === 'timed-out') budget.exceeded = pattern;
          return matched.kind === 'matched' && matched.count > 0;
        },
        // Ajv caches compiled patterns by this text.
        toString: () => String(compiled),
      };
    },
    { code: '' },
  );
  const options = {
    strict: false,
    logger: false,
    validateFormats: false,
    code: { regExp },
  } as const;
  if (old) return new (await import('ajv')).Ajv(options).compile(schema) as Validate;
  return new (await import('ajv/dist/2020.js')).Ajv2020(options).compile(schema) as Validate;
}
