/** What may be pushed and what a commit message must look like. A pass pushes nothing. */
import { globMatches } from '../../kernel/glob.js';
import { secretReasons } from '../../governance/guard/secrets.js';

export const PROTECTED_BRANCHES: readonly string[] = ['main', 'master', 'release/*'];

/** `forward`: the new commit contains the old one; `unknown`: the old one is not here. */
export type PushedRef = {
  readonly remoteRef: string;
  readonly kind: 'create' | 'update' | 'delete';
  readonly forward: 'yes' | 'no' | 'unknown';
};

export function pushFindings(
  refs: readonly PushedRef[],
  options: { readonly branches: readonly string[]; readonly inPass: boolean },
): readonly string[] {
  if (options.inPass) return ['a pass does not push; the owner does'];
  return refs.flatMap(({ remoteRef, kind, forward }) => {
    const branch = /^refs\/heads\/(.+)$/.exec(remoteRef)?.[1];
    if (branch === undefined || !options.branches.some((glob) => globMatches(glob, branch)))
      return [];
    if (kind === 'delete') return [`${branch} is a protected branch and would be deleted`];
    if (kind === 'create' || forward === 'yes') return [];
    return [
      forward === 'no'
        ? `${branch} is a protected branch, and this push would drop some of its commits`
        : `${branch} is a protected branch, and its present commit is not known here: run git fetch first`,
    ];
  });
}

export type PushLine = {
  readonly localRef: string;
  readonly localId: string;
  readonly remoteRef: string;
  readonly remoteId: string;
};

/** `undefined`: a line has another form, so nobody can say what it would do. */
export function parsePushLines(text: string): readonly PushLine[] | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  const read = lines.map((line) => /^(\S+) ([0-9a-f]{40,64}) (\S+) ([0-9a-f]{40,64})$/.exec(line));
  if (read.some((found) => found === null)) return undefined;
  return read.map((found) => ({
    localRef: found?.[1] ?? '',
    localId: found?.[2] ?? '',
    remoteRef: found?.[3] ?? '',
    remoteId: found?.[4] ?? '',
  }));
}

export function isNothing(id: string): boolean {
  return /^0+$/.test(id);
}

export const SUBJECT_LENGTH = 100;

/** @param options.comment begins a line that git leaves out. */
export function messageFindings(
  message: string,
  options: { readonly longest?: number; readonly comment?: string } = {},
): readonly string[] {
  const { longest = SUBJECT_LENGTH, comment = '#' } = options;
  const lines = kept(message, comment);
  const [subject = '', second] = lines;
  if (subject.trim() === '') return ['the message is empty; say in one line what changed and why'];
  const findings: string[] = [];
  const plain = subject.replace(/^(?:(?:fixup|squash|amend)! )+/, '');
  const written = !/^(?:Merge |Revert "|Reapply ")/.test(plain);
  if (written && [...plain].length > longest)
    findings.push(
      `the first line has ${[...plain].length} characters; at most ${longest} were expected, the rest belongs below an empty line`,
    );
  if (second !== undefined && second.trim() !== '')
    findings.push('the second line is not empty; it separates the first line from the rest');
  if (/\s$/.test(subject)) findings.push('the first line ends with a blank');
  if (/^\s/.test(subject)) findings.push('the first line begins with a blank');
  if (written && /(?:[,;:]|\.\.\.|…|\\)$/.test(subject.trimEnd()))
    findings.push(
      `the first line ends with "${subject.trimEnd().slice(-1)}", as if something were missing`,
    );
  if (lines.some((line) => /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(line)))
    findings.push('there is a control character in it');
  if (lines.some((line) => /^(?:<{7}|>{7}) /.test(line)))
    findings.push('there are conflict markers in it');
  return [
    ...findings,
    ...secretReasons(lines.join('\n'), 'the message').map((reason) => reason.message),
  ];
}

/** Without comments, and without the diff that `git commit --verbose` adds. */
function kept(message: string, comment: string): readonly string[] {
  const lines = message.split(/\r?\n/);
  const scissors = lines.findIndex((line) =>
    line.startsWith(`${comment} ------------------------ >8 ---`),
  );
  const text = (scissors === -1 ? lines : lines.slice(0, scissors)).filter(
    (line) => !line.startsWith(comment),
  );
  const first = text.findIndex((line) => line.trim() !== '');
  return first === -1 ? [] : text.slice(first);
}
