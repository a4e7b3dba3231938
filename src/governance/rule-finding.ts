/** What a machine check found in what a pass changed, before that is accepted. */

/** `blocks`: nothing of the pass is accepted. `look`: a grader or the owner has to look at it. */
export type RuleFinding = {
  readonly effect: 'blocks' | 'warns' | 'look';
  /** The id of the rule or the role, and its page. */
  readonly rule: string;
  readonly source: string;
  /** One sentence, without the place. */
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
};

/** With the place, as a plan, a briefing and the next pass quote it. */
export function findingText({ rule, message, file, line }: RuleFinding): string {
  const at = file === undefined ? '' : ` in ${file}${line === undefined ? '' : `, line ${line}`}`;
  return `the rule ${rule}: ${message}${at}`;
}

/** Of a change that the guard refuses: its reason mostly names the file. */
export function reasonOf({
  path,
  why,
}: {
  readonly path: string;
  readonly why: string;
}): Pick<RuleFinding, 'message' | 'file'> {
  return why.includes(path) ? { message: why } : { message: why, file: path };
}
