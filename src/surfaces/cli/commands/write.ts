/** `write`, `edit`: a file's whole text, or one passage of it, judged like every other change. */
import { NocturneError } from '../../../kernel/error.js';
import { readInputText } from '../../../kernel/read-input.js';
import { type FileContent, written } from '../../../tools/change-file.js';
import { editTool, replacedOnce } from '../../../tools/edit.js';
import { wholeText, writeTool } from '../../../tools/write.js';
import { actingAs } from '../actor.js';
import { carryOut } from '../carry-out.js';
import { toolResult } from '../tool-call.js';
import type { Command, CommandResult, Context, Parsed } from '../types.js';
import { workspacePath } from '../workspace-path.js';

const dryRun = {
  flags: '--dry-run',
  description: 'for the owner: show the difference and the audit row, and write nothing',
};

export const write: Command = {
  args: '<path>',
  options: [
    {
      flags: '--content-file <file>',
      description: 'what the file is to hold (default: standard input)',
    },
    dryRun,
  ],
  examples: [
    'nocturne write PROJECTS/inventory/outputs/page.md < page.md',
    'nocturne write PROJECTS/inventory/outputs/page.md --content-file /tmp/page.md',
  ],
  run(context, { args, options }) {
    const path = args[0] ?? '';
    const file = typeof options['contentFile'] === 'string' ? options['contentFile'] : '-';
    const hint = 'pipe the text into the command, or name a file with --content-file';
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
    { flags: '--old <text>', description: 'what stands there now, exactly once' },
    { flags: '--new <text>', description: 'what is to stand there instead' },
    { flags: '--old-file <file>', description: 'the same, from a file' },
    { flags: '--new-file <file>', description: 'the same, from a file (- for standard input)' },
    dryRun,
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
