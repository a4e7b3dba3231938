/** Checks the arguments of a tool call, and says what is wrong and what was probably meant. */
import { z } from 'zod';
import { nearestName } from '../kernel/nearest-name.js';
import { NocturneError } from '../kernel/error.js';

/** What models trained on other tools call ours. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bash: 'run',
    shell: 'run',
    exec: 'run',
    execute: 'run',
    terminal: 'run',
    cat: 'read',
    open: 'read',
    view: 'read',
    read_file: 'read',
    create: 'write',
    write_file: 'write',
    str_replace: 'edit',
    replace: 'edit',
    edit_file: 'edit',
    patch: 'edit',
    grep: 'search',
    find: 'search',
    glob: 'search',
    sql: 'query',
    check: 'validate',
    lint: 'validate',
    note: 'notify',
    message: 'notify',
  }),
);
const OTHER_ARGUMENTS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    file: ['path'],
    filename: ['path'],
    file_path: ['path'],
    filepath: ['path'],
    text: ['content'],
    contents: ['content'],
    body: ['content', 'text'],
    old: ['old_text'],
    old_string: ['old_text'],
    old_str: ['old_text'],
    new: ['new_text'],
    new_string: ['new_text'],
    new_str: ['new_text'],
    regex: ['pattern'],
    query: ['pattern', 'sql'],
    files: ['glob'],
    include: ['glob'],
    cmd: ['command'],
    script: ['command'],
    statement: ['sql'],
    start: ['from'],
    end: ['to'],
    start_line: ['from'],
    end_line: ['to'],
    offset: ['from'],
    message: ['text'],
    note: ['text'],
    content: ['text'],
  }),
);

export function explainFault(
  tool: string,
  schema: z.ZodObject,
  { error, sent }: { readonly error: z.ZodError; readonly sent: unknown },
): string {
  const provided = new Set(typeof sent === 'object' && sent !== null ? Object.keys(sent) : []);
  const names = Object.keys(schema.shape);
  const takes = Object.entries(schema.shape).map(([argument, type]) =>
    (type as z.ZodType).safeParse(undefined).success ? `${argument} (optional)` : argument,
  );
  const faults = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(
        (key) =>
          `\`${key}\` is not one of its arguments.${meant(OTHER_ARGUMENTS.get(key.toLowerCase())?.find((name) => names.includes(name)) ?? nearestName(key, names))}`,
      );
    const path = issue.path.join('.');
    if (path === '') return ['its arguments have to be an object.'];
    return [provided.has(path) ? `\`${path}\`: ${issue.message}.` : `\`${path}\` is missing.`];
  });
  return `\`${tool}\` was not called: ${faults.join(' ')} It takes: ${takes.join(', ') || 'nothing'}.`;
}

/** @param names the available tools. */
export function unknownTool(name: string, names: readonly string[]): string {
  const plain = withoutTemplate(name).toLowerCase();
  const other = OTHER_NAMES.get(plain) ?? plain;
  return `There is no tool \`${name}\`. The tools are ${names.join(', ')}.${meant(names.includes(other) ? other : nearestName(name, names))}`;
}

/** Parts of a model's template leak into names: `functions.write`, `write<|channel|>commentary`. */
function withoutTemplate(name: string): string {
  return name
    .replace(/<\|.*$/s, '')
    .replace(/^.*[.:/=\s](?=\w)/s, '')
    .trim();
}

function meant(name: string | undefined): string {
  return name === undefined ? '' : ` Did you mean \`${name}\`?`;
}

/** @throws NocturneError `USAGE` with what is wrong and what the tool takes. */
export function parseArguments(
  { name, args }: { readonly name: string; readonly args: z.ZodObject },
  sent: unknown,
): Readonly<Record<string, unknown>> {
  const parsed = args.safeParse(sent);
  if (parsed.success) return parsed.data;
  throw new NocturneError('USAGE', explainFault(name, args, { error: parsed.error, sent }));
}

export type ToolSchema = { readonly type: 'object'; readonly [key: string]: unknown };

export function toolSchema(args: z.ZodObject, io: 'input' | 'output' = 'input'): ToolSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(args, { io });
  return { ...schema, type: 'object' };
}
