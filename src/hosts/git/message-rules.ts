/**
 * The form of a commit message: a subject in one line that can be read in a list, then, after an
 * empty line, whatever else there is to say.
 */
import { secretReasons } from '../../governance/guard/secrets.js';

export const SUBJECT_LENGTH = 100;

/**
 * @param options.comment what begins a line that git leaves out. @returns what is wrong, in
 * sentences.
 */
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

/** Without comments, and without the diff below the scissors of `git commit --verbose`. */
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
