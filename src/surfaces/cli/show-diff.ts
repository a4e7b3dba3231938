/** Changes of a file as a unified diff. */
import { createTwoFilesPatch } from 'diff';
import { paint } from './paint.js';
import type { Context } from './types.js';

/** `undefined`: the file does not exist. */
export type FileVersions = {
  readonly path: string;
  readonly before: string | Buffer | undefined;
  readonly after: string | Buffer | undefined;
};

export function unifiedDiff({ path, before, after }: FileVersions): string {
  const [old, now] = [textOf(before), textOf(after)];
  if (old === undefined || now === undefined)
    return `--- ${path}\n+++ ${path}\n(not text: ${sizeOf(before)} before, ${sizeOf(after)} after)\n`;
  const patch = createTwoFilesPatch(
    before === undefined ? '/dev/null' : path,
    after === undefined ? '/dev/null' : path,
    old,
    now,
    undefined,
    undefined,
    { context: 3 },
  );
  return patch.replace(/^(?:Index: .*\n)?={60,}\n/, '').replace(/^(---|\+\+\+) (.*)\t$/gm, '$1 $2');
}

/** Colours added and removed lines. */
export function paintedDiff(context: Pick<Context, 'color'>, diff: string): string {
  const colour = paint(context);
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('+') && !line.startsWith('+++')) return colour.good(line);
      return line.startsWith('-') && !line.startsWith('---') ? colour.wrong(line) : line;
    })
    .join('\n');
}

function textOf(content: string | Buffer | undefined): string | undefined {
  if (content === undefined) return '';
  if (typeof content === 'string') return content;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

function sizeOf(content: string | Buffer | undefined): string {
  return content === undefined ? 'nothing' : `${Buffer.byteLength(content)} bytes`;
}
