/** Answers git's hooks: reads what is staged, written or pushed, and refuses in sentences. */
import { realpathSync } from '../../kernel/files.js';
import { relative, sep } from 'node:path';
import { commitFindings, type Staged, type StagedFile } from './commit-rules.js';
import {
  messageFindings,
  SUBJECT_LENGTH,
  isNothing,
  parsePushLines,
  PROTECTED_BRANCHES,
  pushFindings,
  type PushedRef,
  type PushLine,
} from './push-rules.js';
import type { Action } from '../../governance/types.js';
import { readTrust } from '../../integrity/trust.js';
import { NocturneError } from '../../kernel/error.js';
import { readTextIfThere } from '../../workspace/read-if-there.js';
import { judge, recordRefusal } from '../../passes/door.js';
import type { Briefed } from '../../passes/types.js';
import type { Workspace } from '../../workspace/types.js';
import {
  blobs,
  type Git,
  gitExit,
  gitSettings,
  gitText,
  indexFiles,
  type RawChange,
  stagedChanges,
} from './read-git.js';

export const GIT_EVENTS = ['pre-commit', 'pre-merge-commit', 'commit-msg', 'pre-push'] as const;
export type GitEvent = (typeof GIT_EVENTS)[number];
/** `args` and `input`: from git. `pass`: the pass in which git was called. */
export type GitCall = {
  readonly event: GitEvent;
  readonly args: readonly string[];
  readonly input: () => string;
  readonly workspace: Workspace;
  readonly git: Git;
  readonly pass: Briefed | undefined;
};

/** @returns why not; empty if it may go on. */
export function answerGit(call: GitCall): readonly string[] {
  const findings = findingsOf(call);
  if (call.event === 'pre-push' && call.pass !== undefined && findings.length > 0)
    recordRefusal(call.workspace, call.pass, {
      door: 'git',
      what: 'push',
      why: findings.join('; '),
    });
  return findings;
}

/** What the person at git reads. */
export function refusal(event: GitEvent, findings: readonly string[]): string {
  return [
    `nocturne refuses this ${event === 'pre-push' ? 'push' : 'commit'}:`,
    ...findings.map((finding) => `  ${finding}`),
  ].join('\n');
}

function findingsOf(call: GitCall): readonly string[] {
  switch (call.event) {
    case 'pre-commit':
    case 'pre-merge-commit':
      return onCommit(call);
    case 'commit-msg':
      return onMessage(call);
    case 'pre-push':
      return onPush(call);
  }
}

function onCommit({ workspace, git: repository, pass }: GitCall): readonly string[] {
  const top = realpathSync(gitText(repository, ['rev-parse', '--show-toplevel']));
  const folder = folderIn(repository, workspace.root);
  const changes = stagedChanges({ ...repository, cwd: top });
  const index = indexFiles({ ...repository, cwd: top }, folder);
  const contents = blobs(
    { ...repository, cwd: top },
    changes.flatMap((change) => (change.mode === '160000' ? [] : [change.before, change.after])),
  );
  const inside = (path: string): boolean => folder === '' || path.startsWith(`${folder}/`);
  const files = changes.map((change) =>
    stagedFile(change, { contents, inWorkspace: inside(change.path), folder }),
  );
  const read = (asked: readonly string[]): ReadonlyMap<string, Buffer> => {
    const ids = asked.flatMap((path) => {
      const id = index.get(folder === '' ? path : `${folder}/${path}`);
      return id === undefined ? [] : [[path, id] as const];
    });
    const more = ids.map(([, id]) => id).filter((id) => !contents.has(id));
    const known = new Map([...contents, ...blobs({ ...repository, cwd: top }, more)]);
    return new Map(
      ids.flatMap(([path, id]) => {
        const content = known.get(id);
        return content === undefined ? [] : [[path, content] as const];
      }),
    );
  };
  const paths = [...index.keys()]
    .filter(inside)
    .map((path) => (folder === '' ? path : path.slice(folder.length + 1)));
  const staged: Staged = { files, read, paths, trust: readTrust(workspace.state) };
  return [
    ...commitFindings(staged).map((finding) => finding.message),
    ...(pass === undefined ? [] : passFindings(workspace, pass, files)),
  ];
}

/** In a pass a commit is one more way to write, so each staged file is judged as a write. */
function passFindings(
  workspace: Workspace,
  pass: Briefed,
  files: readonly StagedFile[],
): readonly string[] {
  const outside = files
    .filter((file) => !file.inWorkspace)
    .map((file) => `${file.path} is outside the workspace of the pass`);
  const actions = files
    .filter((file) => file.inWorkspace)
    .map(
      ({ path, after }): Action =>
        after === undefined ? { kind: 'delete', path } : { kind: 'write', path, content: after },
    );
  const { verdict, text } = judge(workspace, pass, { door: 'git', actions });
  return verdict === 'allow' ? outside : [...outside, text];
}

const KIND_OF_MODE: ReadonlyMap<string, StagedFile['kind']> = new Map([
  ['160000', 'submodule'],
  ['120000', 'symlink'],
]);

function stagedFile(
  { path, mode, before, after }: RawChange,
  options: {
    readonly contents: ReadonlyMap<string, Buffer>;
    readonly inWorkspace: boolean;
    readonly folder: string;
  },
): StagedFile {
  const gone = isNothing(after) && mode === '000000';
  return {
    path:
      options.inWorkspace && options.folder !== '' ? path.slice(options.folder.length + 1) : path,
    inWorkspace: options.inWorkspace,
    kind: KIND_OF_MODE.get(mode) ?? 'file',
    before: options.contents.get(before),
    after: gone ? undefined : (options.contents.get(after) ?? Buffer.alloc(0)),
  };
}

/** Where the workspace is in its repository; the same in each work tree. */
function folderIn(repository: Git, root: string): string {
  const { GIT_DIR: _, GIT_WORK_TREE: __, GIT_INDEX_FILE: ___, ...env } = repository.env;
  const top = realpathSync(gitText({ cwd: root, env }, ['rev-parse', '--show-toplevel']));
  return relative(top, root).split(sep).join('/');
}

function onMessage({ args, git: repository }: GitCall): readonly string[] {
  const [comment = '#'] = gitSettings(repository, 'core.commentChar').filter(
    (setting) => setting !== 'auto',
  );
  const longest = Number(gitSettings(repository, 'nocturne.subjectLength').at(-1));
  const [file = ''] = args;
  const message = readTextIfThere(file);
  if (message === undefined)
    throw new NocturneError('USAGE', `there is no commit message at "${file}"`, {
      hint: 'git gives the file as the argument: nocturne hook git commit-msg -- .git/COMMIT_EDITMSG',
    });
  return messageFindings(message, {
    comment,
    longest: Number.isSafeInteger(longest) && longest > 0 ? longest : SUBJECT_LENGTH,
  });
}

function onPush({ input, git: repository, pass }: GitCall): readonly string[] {
  const lines = parsePushLines(input());
  if (lines === undefined)
    return ['what git says about this push cannot be read, so it is refused'];
  const named = gitSettings(repository, 'nocturne.protectedBranches')
    .flatMap((value) => value.split(/[\s,]+/))
    .filter((glob) => glob !== '');
  const refs = lines.map((line) => pushedRef(repository, line));
  return pushFindings(refs, {
    branches: named.length > 0 ? named : PROTECTED_BRANCHES,
    inPass: pass !== undefined,
  });
}

function pushedRef(repository: Git, { localId, remoteRef, remoteId }: PushLine): PushedRef {
  if (isNothing(localId)) return { remoteRef, kind: 'delete', forward: 'yes' };
  if (isNothing(remoteId)) return { remoteRef, kind: 'create', forward: 'yes' };
  return { remoteRef, kind: 'update', forward: forward(repository, remoteId, localId) };
}

function forward(repository: Git, old: string, next: string): PushedRef['forward'] {
  const exit = gitExit(repository, ['merge-base', '--is-ancestor', old, next]);
  if (exit === 0) return 'yes';
  return exit === 1 ? 'no' : 'unknown';
}
