/** Writes the whole text of one file. */
import { z } from 'zod';
import type { Snapshot } from '../workspace/types.js';
import { changeFile } from './change-file.js';
import { tool } from './tool.js';

const args = z.strictObject({ path: z.string(), content: z.string() });

export const writeTool = tool({
  name: 'write',
  description:
    'Write a whole file. Refused, with the reason, when it is outside what this pass may write or would make the workspace invalid.',
  args,
  need: 'project',
  doors: ['chat', 'mcp', 'command line'],
  readOnly: false,
  structured: true,
  ofPass: true,
  run: (context, { path, content }) =>
    changeFile(context, { verb: 'write', what: 'a write', path, contentOf: wholeText(content) }),
});

export function wholeText(content: string): (seen: Snapshot) => string {
  return () => content;
}
