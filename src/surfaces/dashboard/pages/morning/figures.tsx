/** The night in five figures, each a link to the part of the page that explains it. */
import type { Child } from 'hono/jsx';
import { plural } from '../../../../kernel/words.js';
import type { NightFacts } from '../../../../passes/manager/night-facts.js';
import { GRADES } from '../../../../passes/manager/night.js';
import type { OpenQuestion } from '../../../../passes/question-facts.js';
import type { Tone } from '../../../../report/html/html.js';

export function Figures({
  night,
  questions,
}: {
  readonly night: NightFacts;
  readonly questions: readonly OpenQuestion[];
}) {
  const waiting = questions.length;
  const { passes, failures, results, isCut } = night;
  return (
    <ul class="figures" aria-label="The night in figures">
      <Figure
        value={waiting}
        label={waiting === 1 ? 'question for you' : 'questions for you'}
        href="#waiting"
        {...(waiting > 0 ? { tone: 'attention' as const } : {})}
      >
        {[...new Set(questions.map(({ project }) => project || 'Nocturne'))].join(', ')}
      </Figure>
      <Figure
        value={`${passes.worked}${isCut ? ' or more' : ''}`}
        label={passes.worked === 1 ? 'pass' : 'passes'}
        href="/night"
      >
        {gradesText(night)}
      </Figure>
      <Figure
        value={results.length}
        label={results.length === 1 ? 'result' : 'results'}
        href="#results"
      >
        {results.map(({ project }) => project || 'idle work').join(', ') || 'nothing new'}
      </Figure>
      <Figure
        value={failures.length}
        label={failures.length === 1 ? 'failure' : 'failures'}
        href="#failures"
        {...(failures.length > 0 ? { tone: 'wrong' as const } : {})}
      >
        {troubleText(night)}
      </Figure>
      <Figure value={costText(night)} label="cost" href="#cost">
        {spentText(night)}
      </Figure>
    </ul>
  );
}

function Figure({
  value,
  label,
  href,
  tone,
  children,
}: {
  readonly value: string | number;
  readonly label: string;
  readonly href: string;
  readonly tone?: Tone;
  readonly children?: Child;
}) {
  return (
    <li>
      <a href={href}>
        <strong class={tone}>{value}</strong> {label}
      </a>
      {children === undefined ? null : <span class="note">{children}</span>}
    </li>
  );
}

function gradesText({ passes: { grades, ungraded, idle } }: NightFacts): string {
  const parts = GRADES.filter((grade) => grades[grade] > 0).map(
    (grade) => `${grades[grade]} ${grade.toLowerCase()}`,
  );
  return [
    ...parts,
    ...(ungraded === 0 ? [] : [`${ungraded} without a grade`]),
    ...(idle === 0 ? [] : [`${idle} found nothing to do`]),
  ].join(', ');
}

function troubleText({ passes: { grades, ungraded }, trouble }: NightFacts): string {
  const { crashed, undone, refused } = trouble;
  const unfinished = ungraded - crashed;
  return [
    ...(grades.FAIL === 0 ? [] : [plural(grades.FAIL, 'failed pass', 'failed passes')]),
    ...(grades.WEAK === 0 ? [] : [plural(grades.WEAK, 'weak pass', 'weak passes')]),
    ...(crashed === 0 ? [] : [plural(crashed, 'crash', 'crashes')]),
    ...(unfinished <= 0 ? [] : [plural(unfinished, 'unfinished pass', 'unfinished passes')]),
    ...(undone === 0 ? [] : [plural(undone, 'undone change')]),
    ...(refused === 0 ? [] : [plural(refused, 'refusal')]),
  ].join(', ');
}

/** What nobody reported is unknown, and not 0. */
function costText({ cost: { cost, currency, silent }, passes }: NightFacts): string {
  if (cost === null) return silent === 0 && passes.worked === 0 ? 'none' : 'unknown';
  return `${cost.toFixed(2)}${currency === null ? '' : ` ${currency}`}`;
}

function spentText({ cost: { tokensIn, tokensOut, minutes, silent } }: NightFacts): string {
  const tokens =
    tokensIn === null ? [] : [`${number(tokensIn)} tokens read, ${number(tokensOut ?? 0)} written`];
  const unknown = silent === 0 ? [] : [`${plural(silent, 'pass', 'passes')} reported no tokens`];
  return [...tokens, `${minutes.toFixed(1)} minutes`, ...unknown].join(', ');
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}
