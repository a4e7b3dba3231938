/** What renaming a key changes: the record, every field and link that names it, and its folder. */
import { posix } from 'node:path';
import type { Range } from '../../../kernel/diagnostic.js';
import { NocturneError } from '../../../kernel/error.js';
import { captures } from '../../../kernel/glob.js';
import { routeOf } from '../../../registry/route.js';
import type { Snapshot } from '../../../workspace/types.js';
import { passLock } from '../../../workspace/pass-lock.js';
import type { LiveWorkspace } from '../live-workspace.js';
import { definitionsOf, mentionsOf, type Named } from '../named.js';
import { type Folder, folderMentions } from './folder-mentions.js';

export type Replacement = { readonly range: Range; readonly newText: string };
export type RenamePlan = {
  readonly replacements: readonly Replacement[];
  readonly folder: Folder | undefined;
};

const PROJECT_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const KEY = /^[^\s|`,/]+$/;

/** @throws NocturneError `REFUSED` if the key cannot be renamed here, with the reason. */
export function assertRenamable(live: LiveWorkspace, snapshot: Snapshot, named: Named): void {
  const found = definitionsOf(live, snapshot, named);
  const [definition, second] = found;
  if (definition === undefined)
    throw refused(`there is no ${named.object} "${named.key}"`, 'correct the name instead');
  if (second !== undefined)
    throw refused(
      `${found.length} records of ${named.object} have the key "${named.key}"`,
      `make the key unique first: ${found.map(({ file, line }) => `${file}:${line}`).join(', ')}`,
    );
  assertWritable(snapshot, [definition], named);
}

/** @throws NocturneError `REFUSED`, `EXISTS` or `USAGE`, with the reason. */
export function planRename(
  live: LiveWorkspace,
  snapshot: Snapshot,
  { named, to }: { readonly named: Named; readonly to: string },
): RenamePlan {
  assertRenamable(live, snapshot, named);
  assertName(live, snapshot, { named, to });
  const spec = snapshot.schema.objects.get(named.object);
  const definitions = definitionsOf(live, snapshot, named);
  const folder =
    spec?.shape === 'document' ? folderOf(spec.glob, definitions[0]?.file ?? '', to) : undefined;
  if (folder !== undefined) assertFree(snapshot, folder);
  if (spec?.shape === 'document') assertIdle(snapshot, named.key);
  const places = [
    ...(folder === undefined ? definitions : []),
    ...mentionsOf(live, snapshot, named).filter((range) => textAt(snapshot, range) === named.key),
  ];
  const replacements = distinct([
    ...places.map((range) => ({ range, newText: to })),
    ...(folder === undefined ? [] : folderMentions(live, snapshot, folder)),
  ]);
  assertWritable(
    snapshot,
    replacements.map(({ range }) => range),
    named,
  );
  return { replacements, folder };
}

function assertName(
  live: LiveWorkspace,
  snapshot: Snapshot,
  { named, to }: { readonly named: Named; readonly to: string },
): void {
  const shape = snapshot.schema.objects.get(named.object)?.shape;
  // The key of a document is the name of a folder.
  const strict = shape === 'document' || named.object === 'PHASES';
  if (!(strict ? PROJECT_NAME : KEY).test(to))
    throw new NocturneError(
      'USAGE',
      strict
        ? `"${to}" is not a valid name: expected lower-case letters, digits and dashes`
        : `"${to}" is not a valid key: expected one word without blanks, commas, slashes and pipes`,
    );
  if (definitionsOf(live, snapshot, { ...named, key: to }).length > 0)
    throw new NocturneError('EXISTS', `there is already a ${named.object} "${to}"`, {
      hint: 'choose another name',
    });
}

/** The folder that gives a document its key: what the first `*` of the pattern stands for. */
function folderOf(glob: string, file: string, to: string): Folder {
  const [key] = captures(glob, file) ?? [];
  const index = glob.split('/').indexOf('*');
  if (key === undefined || index < 0)
    throw refused(`the key of ${file} is part of its file name`, 'rename the file instead');
  const from = file
    .split('/')
    .slice(0, index + 1)
    .join('/');
  return { from, to: posix.join(posix.dirname(from), to) };
}

function assertFree({ files }: Snapshot, { to }: Folder): void {
  if ([...files.keys()].some((path) => path.startsWith(`${to}/`)))
    throw new NocturneError('EXISTS', `there is already a folder ${to}`, {
      hint: 'choose another name',
    });
}

/** A pass writes into the folder that it began with. */
function assertIdle({ root, now }: Snapshot, project: string): void {
  const claim = passLock(root, { now: () => now }).claims.find((it) => it.project === project);
  if (claim !== undefined)
    throw refused(
      `${claim.runId} is working on ${project} now`,
      'rename it when the pass has ended; nocturne lock status shows it',
    );
}

/** Rows of logs are history and stay as they are; what the owner has signed is not changed here. */
function assertWritable(snapshot: Snapshot, ranges: readonly Range[], named: Named): void {
  for (const { file, line } of ranges) {
    const { tier } = routeOf(snapshot.schema, file);
    const isLog = snapshot.objectsOf(file).some(({ shape }) => shape === 'log');
    if (isLog || tier === 'APPEND')
      throw refused(
        `${file}:${line} names ${named.key}, and it is a log, whose rows never change`,
        'keep the name',
      );
    if (tier === 'PROTECTED' || tier === 'MANIFEST-VERIFY')
      throw refused(
        `${file}:${line} names ${named.key}, and ${file} is ${tier === 'PROTECTED' ? 'protected' : 'kept by Nocturne'}`,
        `change it there, sign it with nocturne sign ${file}, and correct what validate then finds`,
      );
  }
}

function refused(message: string, hint: string): NocturneError {
  return new NocturneError('REFUSED', message, { hint });
}

/** A code span keeps its marks: only the name itself is replaced. */
function textAt(snapshot: Snapshot, range: Range): string {
  const line = snapshot
    .text(range.file)
    ?.replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)[range.line - 1];
  return line?.slice(range.column - 1, range.endColumn - 1) ?? '';
}

function distinct(replacements: readonly Replacement[]): readonly Replacement[] {
  return [
    ...new Map(
      replacements.map((it) => [`${it.range.file}:${it.range.line}:${it.range.column}`, it]),
    ).values(),
  ];
}
