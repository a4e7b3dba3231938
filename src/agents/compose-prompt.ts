/**
 * Composes the prompt: instructions as they are, workspace text quoted as data, within the budget.
 */
import { NocturneError } from '../kernel/error.js';
import { briefText, REPORT_INSTRUCTIONS } from './brief-text.js';
import { quoteData } from './quote-data.js';
import type { Brief, Fragment } from './types.js';

/** `kept`: characters that are in the prompt, of `length`. */
export type UsedFragment = Pick<Fragment, 'title' | 'source' | 'sha256' | 'trust'> & {
  readonly kept: number;
  readonly length: number;
};
export type OmittedFragment = Pick<Fragment, 'title' | 'source' | 'sha256'> & {
  readonly how: 'dropped' | 'cut';
  readonly kept: number;
  readonly length: number;
};
export type ComposedPrompt = {
  readonly prompt: string;
  /** Estimated; see {@link estimateTokens}. */
  readonly tokens: number;
  readonly fragments: readonly UsedFragment[];
  readonly omitted: readonly OmittedFragment[];
};

/** A shorter part of a fragment is not worth its heading. */
const MIN_CUT = 400;
/** How many omitted fragments the prompt names, if there is room. */
const NAMED = 20;

/** Four UTF-8 bytes each: right for English, on the safe side for other scripts. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/**
 * Instructions, brief, data, and how to report. If it is too long, data fragments are cut and then
 * dropped, last first.
 * @throws NocturneError CONFIG if the instructions and the brief alone exceed the budget.
 */
export function composePrompt(brief: Brief): ComposedPrompt {
  const budget = brief.budget.contextBudget;
  const shown = fit(brief, budget);
  const prompt = [NAMED, 0]
    .map((named) => render(brief, shown, named))
    .find((text) => estimateTokens(text) <= budget);
  if (prompt === undefined) {
    throw new NocturneError(
      'CONFIG',
      `The hard lines and the brief of \`${brief.project}\` alone take about ${estimateTokens(render(brief, shown, 0))} tokens; its context budget is ${budget}.`,
      {
        hint: 'Raise the context budget of the next pass, or shorten what is in SOUL.md and in the objective.',
      },
    );
  }
  const describe = ({ fragment, kept }: Shown) => ({
    title: fragment.title,
    source: fragment.source,
    sha256: fragment.sha256,
    kept,
    length: fragment.text.length,
  });
  return {
    prompt,
    tokens: estimateTokens(prompt),
    fragments: shown
      .filter(({ state }) => state !== 'dropped')
      .map((part) => ({ ...describe(part), trust: part.fragment.trust })),
    omitted: shown.flatMap((part) =>
      part.state === 'whole' ? [] : [{ ...describe(part), how: part.state }],
    ),
  };
}

type Shown = {
  readonly fragment: Fragment;
  readonly state: 'whole' | 'cut' | 'dropped';
  readonly text: string;
  readonly kept: number;
};

/** Sums sizes instead of rendering again, because there may be many fragments. */
function fit(brief: Brief, budget: number): readonly Shown[] {
  const shown: Shown[] = brief.fragments.map((fragment) => ({
    fragment,
    state: 'whole',
    text: fragment.text,
    kept: fragment.text.length,
  }));
  const sizes = shown.map((part) => Buffer.byteLength(section(part)));
  const frame = Buffer.byteLength(render(brief, [], NAMED));
  const allowed = budget * 4;
  for (let index = shown.length - 1; index >= 0; index--) {
    const part = shown[index];
    if (part === undefined || part.fragment.trust === 'instruction') continue;
    const over = frame + sum(sizes) + Buffer.byteLength(omissions(shown, NAMED)) - allowed;
    if (over <= 0) break;
    const cutText = cutAtLine(
      part.fragment.text,
      Buffer.byteLength(part.fragment.text) - over - CUT_RESERVE,
    );
    const next: Shown =
      cutText.length >= MIN_CUT
        ? { ...part, state: 'cut', text: cutText, kept: cutText.length }
        : { ...part, state: 'dropped', text: '', kept: 0 };
    shown[index] = next;
    sizes[index] = next.state === 'dropped' ? 0 : Buffer.byteLength(section(next));
  }
  return shown;
}

/** Bytes for saying how much of a fragment was cut. */
const CUT_RESERVE = 400;

function render(brief: Brief, shown: readonly Shown[], named: number): string {
  const firstData = shown.findIndex(({ fragment }) => fragment.trust === 'data');
  const hardLines = firstData === -1 ? shown : shown.slice(0, firstData);
  const rest = firstData === -1 ? [] : shown.slice(firstData);
  const parts = [
    ...hardLines.map(section),
    briefText(brief),
    ...rest.filter(({ state }) => state !== 'dropped').map(section),
    omissions(shown, named),
    REPORT_INSTRUCTIONS,
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function section({ fragment, state, text, kept }: Shown): string {
  if (fragment.trust === 'instruction') return `${fragment.text.trimEnd()}\n`;
  const note =
    state === 'cut'
      ? `Cut to fit: the first ${kept} of ${fragment.text.length} characters.`
      : undefined;
  return quoteData(
    { title: fragment.title, source: fragment.source, sha256: fragment.sha256, text },
    note,
  );
}

function omissions(shown: readonly Shown[], named: number): string {
  const left = shown.filter(({ state }) => state !== 'whole');
  if (left.length === 0) return '';
  const lines = left
    .slice(0, named)
    .map(
      ({ fragment, state, kept }) =>
        `- ${JSON.stringify(fragment.source.slice(0, 200))}: ${state === 'dropped' ? 'left out' : `cut to ${kept} of ${fragment.text.length} characters`}`,
    );
  if (left.length > named)
    lines.push(`- ${left.length - named} ${named === 0 ? 'pieces of data' : 'more'}`);
  return `## Left out\nTo stay within the context budget, this is not (or not wholly) above; read the files if you need them:\n${lines.join('\n')}\n`;
}

/** At most `bytes`, at the end of a line if one is near, never inside a character. */
function cutAtLine(text: string, bytes: number): string {
  if (bytes <= 0) return '';
  const cut = Buffer.from(text)
    .subarray(0, bytes)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
  const lineEnd = cut.lastIndexOf('\n');
  return lineEnd > cut.length / 2 ? cut.slice(0, lineEnd + 1) : cut;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, size) => total + size, 0);
}
