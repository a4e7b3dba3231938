/** Rule write-scope: what a project wants to write can be allowed. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { isLiteral, unclosedBracket } from '../../kernel/glob.js';
import type { Rec } from '../../markdown/types.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { refusalText } from '../../project/preapproval.js';
import { type Beyond, beyondProject, projectWrite } from '../../project/project-writes.js';
import { routeOf } from '../../registry/route.js';
import { itemRange } from '../field-items.js';
import type { WorkspaceContext, WorkspaceRule } from '../rule.js';

export const writeScope: WorkspaceRule = {
  kind: 'workspace',
  id: 'write-scope',
  severity: 'error',
  suppressible: 'warnings',
  isTraced: true,
  run: (context) => context.snapshot.records('PROJECT').flatMap((record) => found(context, record)),
};

type Problem = Pick<Diagnostic, 'severity' | 'message' | 'expected' | 'hint'>;
const RELATIVE = 'a path or glob relative to the project, such as outputs/**';

/** What is beyond the project is judged together, as a pass is. */
function found(context: WorkspaceContext, record: Rec): readonly Diagnostic[] {
  const cell = record.fields.get('next_pass.writes');
  if (cell === undefined) return [];
  const [slug, phase] = [record.key, fieldText(record, 'phase.name')];
  const globs = fieldList(record, 'next_pass.writes').map((glob) => ({
    glob,
    target: projectWrite(slug, glob),
    problem: neverAllowed(context, slug, glob),
  }));
  const writes = globs.flatMap(({ target, problem }) => (problem === undefined ? [target] : []));
  const beyond = beyondProject(context.snapshot, { slug, phase, writes });
  return globs.flatMap(({ glob, target, problem }) => {
    const isBeyond = beyond?.globs.includes(target) === true;
    const wrong =
      problem ??
      onlyFolder(context, target) ??
      (isBeyond ? notYetAllowed(slug, target, beyond) : undefined);
    return wrong === undefined
      ? []
      : [{ rule: 'write-scope', range: itemRange(cell, glob), actual: glob, ...wrong }];
  });
}

function neverAllowed(
  { snapshot, schema }: WorkspaceContext,
  slug: string,
  glob: string,
): Problem | undefined {
  if (/^(?:~|[A-Za-z]:|\\\\)/.test(glob) || glob.includes('\\'))
    return never(`${glob} is not a path of the workspace`);
  if (glob.startsWith('!')) return never(`${glob} leaves out files, which a scope cannot do`);
  if (/\s#/.test(glob)) return never(`${glob} contains a comment, because it is quoted`);
  const bracket = unclosedBracket(glob);
  if (bracket !== undefined) return never(`${glob} has a ${bracket} without its other half`);
  if (climbs(`PROJECTS/${slug}/`, glob)) return never(`${glob} leads out of the workspace`);
  const target = projectWrite(slug, glob);
  const [folder = ''] = target.split('/');
  if (glob.startsWith('/') && target.includes('/') && !hasFolder(snapshot.files, folder))
    return never(
      `${glob} begins with /, which is the root of the workspace; it has no folder ${folder}`,
    );
  const route = routeOf(schema, target.replaceAll('**', 'any/any').replaceAll('*', 'any'));
  if (route.tier !== 'STANDARD')
    return never(`no pass may ever write ${target}, which is ${route.tier}`);
  if (route.bundles.length > 0) return never(`only bundles write ${target}, so no pass may`);
  return undefined;
}

/** The name of a folder is not what is in it: a pass could write nothing there. */
function onlyFolder(
  { snapshot: { files } }: WorkspaceContext,
  target: string,
): Problem | undefined {
  const folder = target.replace(/\/$/, '');
  if (!isLiteral(target) || files.has(folder)) return undefined;
  const isNew = target === folder && !/^[a-z0-9_-]+$/.test(folder.split('/').at(-1) ?? '');
  if (isNew && !hasFolder(files, folder)) return undefined;
  return {
    severity: 'warning',
    message: `${target} names a folder, not the files in it`,
    expected: `${RELATIVE}`,
    hint: 'end it with /**',
  };
}

function notYetAllowed(
  slug: string,
  target: string,
  { globs, permission }: Beyond,
): Problem | undefined {
  if (permission.allowed) return undefined;
  const what = globs.length === 1 ? 'it' : `this and the other ${globs.length - 1} together`;
  return {
    severity: 'warning',
    message: `${target} is outside the project ${slug}, and no active pre-approval allows ${what} (${refusalText(permission)})`,
    expected: RELATIVE,
    hint: 'write inside the project, or sign one pre-approval of the class file-write-extended in orchestration-os/OPS-PREAPPROVAL.md',
  };
}

function never(message: string): Problem {
  return {
    severity: 'error',
    message: `${message}; every pass of the project would wait for you`,
    expected: RELATIVE,
    hint: 'remove it from next_pass.writes, or name files that a pass may write',
  };
}

function climbs(from: string, glob: string): boolean {
  let depth = glob.startsWith('/') ? 0 : from.split('/').length - 1;
  for (const part of glob.split('/')) {
    if (part === '..') depth--;
    else if (part !== '.' && part !== '') depth++;
    if (depth < 0) return true;
  }
  return false;
}

function hasFolder(files: ReadonlyMap<string, unknown>, folder: string): boolean {
  for (const path of files.keys()) if (path.startsWith(`${folder}/`)) return true;
  return false;
}
