/** Where the fuzzer works inside its sandbox: one world for each line of a batch. */
export const HOME = '/tmp/fuzz';
export const WORLDS = `${HOME}/w`;
export const TEMPLATE = `${HOME}/template`;
export const PROGRAMS = `${HOME}/bin`;
export const RECORDS = `${HOME}/rec`;
export const PRINTED = `${HOME}/out`;

/** The folder in which each line starts, relative to its workspace. */
export const FOLDER = 'PROJECTS/p';
/** Stands for the workspace of the world in which a line runs. */
export const ROOT_MARK = '@ROOT@';

/** The text of a file that no line may read. */
export const SECRET = 'the token of a pass';

/** What bash printed in a world, and its exit code. */
export function printedBy(index: number): Readonly<Record<'output' | 'exit', string>> {
  const output = `${PRINTED}/${index}`;
  return { output, exit: `${output}.exit` };
}

export function workspaceOf(index: number): string {
  return `${WORLDS}/${index}/ws`;
}
