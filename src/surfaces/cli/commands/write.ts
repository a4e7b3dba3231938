/** `write`, `edit`: replace a whole file, or one passage of it, if the guard allows it. */
import { NocturneError } from '../../../kernel/error.js';
import { readInputText } from '../../../kernel/read-input.js';
import { type FileContent, written } from '../../../tools/change-file.js';
import { editTool, replacedOnce } from '../../../tools/edit.js';
import { wholeText, writeTool } from '../../../tools/write.js';
import { actingAs } from '../actor.js';
import { carryOut } from '../carry-out.js';
import { DRY_RUN, textOption } from '../options.js';
import { toolResult } from '../tool-call.js';
import type { Command, CommandResult, Context, Parsed } from '../types.js';
import { workspacePath } from '../workspace-path.js';

export const write: Command = {
  args: '<path>',
  options: [
    {
      flags: '--content-file <file>',
      description: 'a file with the new content (default: standard input)',
    },
    DRY_RUN,
  ],
  examples: [
    'nocturne write PROJECTS/inventory/outputs/page.md < page.md',
    'nocturne write PROJECTS/inventory/outputs/page.md --content-file /tmp/page.md',
  ],
  run(context, { args, options }) {
    const path = args[0] ?? '';
    const file = textOption(options, 'contentFile') ?? '-';
    const hint = 'pipe in the text, or name a file with --content-file';
    const content = readInputText({ cwd: context.cwd, file, hint });
    return actingAs(context).pass === undefined
      ? asOwner(context, {
          verb: 'write',
          path: workspacePath(context, path),
          contentOf: wholeText(content),
          options,
        })
      : toolResult(context, writeTool, { path, content });
  },
};

export const edit: Command = {
  args: '<path>',
  options: [
    { flags: '--old <text>', description: 'the passage to replace; it must occur exactly once' },
    { flags: '--new <text>', description: 'the new text' },
    { flags: '--old-file <file>', description: 'a file with the passage to replace' },
    { flags: '--new-file <file>', description: 'a file with the new text (- for standard input)' },
    DRY_RUN,
  ],
  examples: [
    'nocturne edit PROJECTS/inventory/outputs/page.md --old "licence: ?" --new "licence: MIT"',
  ],
  run(context, { args, options }) {
    const path = args[0] ?? '';
    const texts = {
      old_text: passage(context, options, 'old'),
      new_text: passage(context, options, 'new'),
    };
    return actingAs(context).pass === undefined
      ? asOwner(context, {
          verb: 'edit',
          path: workspacePath(context, path),
          contentOf: replacedOnce(texts),
          options,
        })
      : toolResult(context, editTool, { path, ...texts });
  },
};

function passage(context: Context, options: Parsed['options'], name: 'old' | 'new'): string {
  const [text, file] = [options[name], options[`${name}File`]];
  if (typeof text === 'string' && file === undefined) return text;
  if (typeof file === 'string' && text === undefined)
    return readInputText({ cwd: context.cwd, file, hint: `name a file with --${name}-file` });
  throw new NocturneError(
    'USAGE',
    text === undefined ? `the ${name} text is missing` : `the ${name} text is given twice`,
    { hint: `give either --${name} or --${name}-file` },
  );
}

type OwnersWrite = {
  readonly verb: 'write' | 'edit';
  readonly path: string;
  readonly contentOf: FileContent;
  readonly options: Parsed['options'];
};

function asOwner(context: Context, { verb, path, contentOf, options }: OwnersWrite): CommandResult {
  let answer = written(path, '', false);
  const result = carryOut(
    context,
    (seen, whole) => {
      const content = contentOf(seen, path, whole);
      answer = written(path, content, !whole.files.has(path));
      return {
        changes: [{ kind: 'write', path, content }],
        reason: `nocturne ${verb}`,
        audit: { type: verb, target: path, detail: `${content.length} characters` },
      };
    },
    { dryRun: options['dryRun'] === true, done: () => answer.text },
  );
  return options['dryRun'] === true
    ? result
    : { ...result, json: { ...answer.data, ...result.json } };
}
