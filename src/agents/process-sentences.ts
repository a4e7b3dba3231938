/** What happened to a program, as a sentence. */
import { statSync } from 'node:fs';

export function directoryProblem(cwd: string): string | undefined {
  return statSync(cwd, { throwIfNoEntry: false })?.isDirectory()
    ? undefined
    : `The directory \`${cwd}\` in which the program was to run does not exist.`;
}

export function startProblem(
  program: string,
  result: { readonly code?: string | undefined; readonly originalMessage?: string | undefined },
): string {
  if (result.code === 'ENOENT')
    return `The program \`${program}\` was not found: no such file, and no such name in PATH.`;
  if (result.code === 'EACCES')
    return `The program \`${program}\` could not be started: it is not an executable file.`;
  if (result.code === 'E2BIG')
    return `The program \`${program}\` could not be started: its arguments or environment are too long.`;
  return `The program \`${program}\` could not be started: ${result.originalMessage ?? 'no reason was given'}.`;
}

export function exitSentence(
  program: string,
  end: { readonly exitCode: number | undefined; readonly signal: string | undefined },
): string {
  return end.signal === undefined
    ? `\`${program}\` exited with code ${end.exitCode ?? 'unknown'}.`
    : `\`${program}\` was ended by ${end.signal}.`;
}

export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
}
