/** Replaces one exact text in a file. */
import { z } from 'zod';
import { NocturneError } from '../kernel/error.js';
import type { Snapshot } from '../workspace/types.js';
import { changeFile, type FileContent } from './change-file.js';
import { noTextFile } from './read.js';
import { tool } from './tool.js';

const args = z.strictObject({ path: z.string(), old_text: z.string(), new_text: z.string() });

export const editTool = tool({
  name: 'edit',
  description: 'Replace one exact text in a file by another. `old_text` must occur exactly once.',
  args,
  need: 'project',
  doors: ['chat', 'mcp', 'command line'],
  readOnly: false,
  structured: true,
  ofPass: true,
  run: (context, { path, ...texts }) =>
    changeFile(context, { verb: 'edit', what: 'an edit', path, contentOf: replacedOnce(texts) }),
});

type Replacement = Pick<z.infer<typeof args>, 'old_text' | 'new_text'>;

/** Found in what the caller sees, replaced in the whole: hidden records stay. */
export function replacedOnce(texts: Replacement): FileContent {
  return (seen, path, whole) => {
    replaceIn(seen, path, texts);
    return replaceIn(whole, path, texts);
  };
}

/** @throws NocturneError `BAD_VALUE` unless the old text occurs exactly once. */
function replaceIn(snapshot: Snapshot, path: string, { old_text, new_text }: Replacement): string {
  const content = snapshot.text(path);
  if (content === undefined) throw noTextFile(snapshot, path);
  const times = old_text === '' ? 0 : content.split(old_text).length - 1;
  if (times !== 1)
    throw new NocturneError(
      'BAD_VALUE',
      `the old text occurs ${times} times in ${path}; it must occur exactly once`,
      {
        file: path,
        hint:
          times === 0
            ? 'read the file and copy the text exactly'
            : 'give more of the lines around it',
      },
    );
  return content.replace(old_text, () => new_text);
}
