/** What of the file system a program needs to start: itself, its installation, its interpreter. */
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
} from '../kernel/files.js';
import { basename, dirname, join, resolve } from 'node:path';
import { findProgram } from './find-program.js';
import { isInside } from '../kernel/is-inside.js';
import type { Mount } from './sandbox-mounts.js';

export type ProgramContext = { readonly path: string | undefined; readonly home: string };

/**
 * @param program absolute. Never the whole home directory or `~/.local`, which hold more than
 * programs.
 */
export function programPlaces(program: string, context: ProgramContext): readonly Mount[] {
  const real = realpathSync(program);
  const interpreter = interpreterOf(real, context);
  return [
    ...linksTo(program).flatMap((link) => placeOf(link, context.home)),
    ...placeOf(real, context.home),
    ...(interpreter === undefined || realpathSync(interpreter) === real
      ? []
      : programPlaces(interpreter, context)),
  ];
}

function linksTo(program: string): readonly string[] {
  const links: string[] = [];
  for (
    let path = program;
    links.length < 40 && lstatSync(path).isSymbolicLink();
    path = resolve(dirname(path), readlinkSync(path))
  )
    links.push(path);
  return links;
}

function placeOf(path: string, home: string): readonly Mount[] {
  const folder = installation(path);
  if (folder !== undefined && !isInside(folder, home) && folder !== join(home, '.local'))
    return [{ kind: 'ro', path: folder }];
  return [
    lstatSync(path).isSymbolicLink()
      ? { kind: 'symlink', path, target: readlinkSync(path) }
      : { kind: 'ro', path },
  ];
}

/** `node_modules`, a prefix with `bin` and `lib`, or a package or virtual environment. */
function installation(path: string): string | undefined {
  const modules = path.indexOf('/node_modules/');
  if (modules !== -1) return path.slice(0, modules + '/node_modules'.length);
  const folder = dirname(path);
  const prefix = dirname(folder);
  if (['bin', 'sbin'].includes(basename(folder)) && existsSync(join(prefix, 'lib'))) return prefix;
  return [folder, prefix, dirname(prefix)].find(
    (directory) =>
      existsSync(join(directory, 'package.json')) || existsSync(join(directory, 'pyvenv.cfg')),
  );
}

function interpreterOf(path: string, { path: search }: ProgramContext): string | undefined {
  const [program, ...words] = /^#!\s*(\S[^\n]*)/.exec(head(path))?.[1]?.trim().split(/\s+/) ?? [];
  if (program === undefined || basename(program) !== 'env')
    return program === undefined
      ? undefined
      : findProgram(program, { path: search, directory: '/' });
  const named = words.find((word) => !word.startsWith('-') && !word.includes('='));
  return named === undefined ? undefined : findProgram(named, { path: search, directory: '/' });
}

function head(path: string): string {
  const buffer = Buffer.alloc(256);
  const file = openSync(path, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(file);
  }
}
