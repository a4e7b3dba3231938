/** Checks by regular expressions: forbidden text, required files, and what the agent printed. */
import { countMatches } from '../../../governance/conditions/regex.js';
import type { RuleFinding } from '../../../governance/rule-finding.js';
import type { ExaminedChange } from '../../../passes/module.js';
import { isIn } from '../select-rules.js';
import { addedTexts, type ChangedText, wholeTexts } from './changed-text.js';
import type { Examining } from './examine.js';

/** Findings of one check; more tell nothing new. */
const MOST = 20;

type OfChanges = Pick<Examining, 'page' | 'changes'>;

export function forbiddenIn({ page, changes }: OfChanges): readonly RuleFinding[] {
  return page.forbidden.flatMap((check) => {
    const pattern = new RegExp(check.pattern, check.flags);
    const found: RuleFinding[] = [];
    for (const change of changes.filter(({ path }) => isIn(check.in, path))) {
      const texts = check.place === 'file' ? wholeTexts(change) : addedTexts(change);
      const match = firstMatch(pattern, texts);
      if (match.kind === 'none') continue;
      const isSlow = match.kind === 'slow';
      found.push({
        ...about(page, check.effect, isSlow ? slow(check.pattern) : saysOf(check, 'added')),
        file: placeOf(change),
        ...(isSlow ? {} : { line: match.line }),
      });
      if (isSlow || found.length >= MOST) break;
    }
    return found;
  });
}

export function requiredIn({ page, changes }: OfChanges): readonly RuleFinding[] {
  return page.required.flatMap((check): readonly RuleFinding[] => {
    if (!changes.some(({ path }) => isIn(check.when, path))) return [];
    const there = changes.filter(
      ({ path, after }) => after !== undefined && isIn(check.files, path),
    );
    const named = check.files.join(', ');
    if (check.contains === undefined)
      return there.length > 0
        ? []
        : [about(page, check.effect, check.says ?? `no file that matches ${named} was changed`)];
    if (there.length === 0) return [];
    const pattern = new RegExp(check.contains, check.flags);
    const match = firstMatch(
      pattern,
      there.flatMap((change) => [...wholeTexts(change)]),
    );
    if (match.kind === 'found') return [];
    const missing = `/${check.contains}/ is in no changed file that matches ${named}`;
    const message = match.kind === 'slow' ? slow(check.contains) : (check.says ?? missing);
    return [about(page, check.effect, message)];
  });
}

export function outputLike({ page, context }: Examining): readonly RuleFinding[] {
  const text = { text: context.tail, lines: () => 1 };
  return page.output.flatMap((check): readonly RuleFinding[] => {
    const match = firstMatch(new RegExp(check.pattern, check.flags), [text]);
    if (match.kind === 'none') return [];
    const message = match.kind === 'slow' ? slow(check.pattern) : saysOf(check, 'printed');
    return [about(page, check.effect, message)];
  });
}

type Match =
  | { readonly kind: 'found'; readonly line: number }
  | { readonly kind: 'none' }
  /** It took too long, so nobody knows. */
  | { readonly kind: 'slow' };

function firstMatch(pattern: RegExp, texts: Iterable<ChangedText>): Match {
  for (const { text, lines } of texts) {
    const matched = countMatches(pattern, text, { limit: 1 });
    if (matched.kind === 'timed-out') return { kind: 'slow' };
    if (matched.count > 0) return { kind: 'found', line: lines(matched.index) };
  }
  return { kind: 'none' };
}

export function about(
  { id, file }: Examining['page'],
  effect: RuleFinding['effect'],
  message: string,
): RuleFinding {
  return { effect, rule: id, source: file, message };
}

function saysOf(
  { says, pattern }: { readonly says?: string | undefined; readonly pattern: string },
  how: string,
): string {
  return says ?? `text like /${pattern}/ was ${how}`;
}

function slow(pattern: string): string {
  return `its pattern /${pattern}/ takes too long`;
}

/** What a commit of the agent holds may be in no file any more. */
export function placeOf({ path, commit }: ExaminedChange): string {
  return commit === undefined ? path : `${path} (commit ${commit.slice(0, 10)})`;
}
