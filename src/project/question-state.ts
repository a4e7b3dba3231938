/** Whether a question to the owner is still open: the one place that decides it. */
import type { Rec } from '../markdown/types.js';
import { ownCurrency } from './currency.js';
import { fieldText } from './field-text.js';
import { ownerLanguage } from './owner-language.js';
import { amountSaid, limitAsked } from './limit-question.js';
import { nextPhase, phaseGraph } from './phases.js';
import type { Snapshot } from '../workspace/types.js';
import { writtenAnswers } from './answer-places.js';
import {
  type Ambiguity,
  decisionOf,
  isReason,
  readAnswer,
  type ReadAnswer,
  saysToLeave,
} from './verdict.js';

/** Topic of an escalation that asks what the project is to do. */
export const ASKS_OBJECTIVE = 'objective';
/** Topic of the question with which a rest begins, which asks the same. */
export const REST = 'rest';
/** Topic of an escalation that only a yes or a no answers. */
export const ASKS_DECISION = 'decision';

export function asksObjective(question: Rec): boolean {
  return [ASKS_OBJECTIVE, REST].includes(fieldText(question, 'topic'));
}

/** Only a yes or a no decides it, whatever else is said. */
export function asksDecision(question: Rec): boolean {
  return fieldText(question, 'topic') === ASKS_DECISION || limitAsked(question) !== undefined;
}

/** `open`: nobody answered. `unclear`: the answer decides nothing, and the question stays open. */
export type QuestionState =
  | { readonly state: 'open' | 'done' }
  | {
      readonly state: 'unclear';
      readonly answer: string;
      readonly why: string;
      /** The words that would answer. */
      readonly expected: string;
    }
  | { readonly state: 'answered'; readonly answer: string; readonly read: ReadAnswer };

/** What answers a question. `seen`: anything that does not ask back. */
type Accepts = 'decision' | 'amount' | 'phase' | 'words' | 'objective' | 'seen';

const EXPECTED: Readonly<Record<Accepts, string>> = {
  decision: 'yes or no',
  amount: 'yes, no or an amount',
  phase: 'yes, no or the name of the next phase',
  words: 'yes, no or an instruction',
  objective: 'the new objective in a few words, or no',
  seen: 'yes',
};

type Problem = Ambiguity | 'more' | 'no-objective' | 'no-choice';

const WHY: Readonly<Record<Problem, string>> = {
  unticked: 'its box is not ticked',
  question: 'it asks a question',
  both: 'it says both yes and no',
  condition: 'it makes a condition',
  unsure: 'it decides nothing',
  neither: 'it is neither a clear yes nor a clear no',
  more: 'it says more than yes, and nobody would read that',
  'no-objective': 'it does not say what to do',
  'no-choice': 'it does not say which phase comes next',
};

/** An answer outside the field, to be written into it; `undefined`: there is none. */
export function answerToAdopt(snapshot: Snapshot, question: Rec): string | undefined {
  const found = questionState(snapshot, question);
  if (found.state !== 'answered' && found.state !== 'unclear') return undefined;
  const field = fieldText(question, 'answer');
  const isNew = field === '' || found.state === 'answered';
  const isStatus = found.answer === fieldText(question, 'status');
  return isNew && !isStatus && found.answer !== field ? found.answer : undefined;
}

export function isOpenQuestion(snapshot: Snapshot, question: Rec): boolean {
  const { state } = questionState(snapshot, question);
  return state === 'open' || state === 'unclear';
}

/** The words that would answer it, such as `yes or no`. */
export function expectedAnswer(snapshot: Snapshot, question: Rec): string {
  return EXPECTED[acceptedBy(snapshot, question)];
}

/** Whether this answer alone would decide the question. */
export function isClearAnswer(snapshot: Snapshot, question: Rec, read: ReadAnswer): boolean {
  const accepts = acceptedBy(snapshot, question);
  return problemOf(snapshot, question, { read, accepts }) === undefined;
}

/** Answers in different places count together: one that is clear is enough, two must agree. */
export function questionState(snapshot: Snapshot, question: Rec): QuestionState {
  const status = fieldText(question, 'status');
  if (status === 'done') return { state: 'done' };
  const language = ownerLanguage(snapshot);
  const accepts = acceptedBy(snapshot, question);
  const decided = status === 'approved' || status === 'declined' ? status : 'open';
  const written = writtenAnswers(snapshot, question);
  const given = written.length === 0 && decided !== 'open' ? [''] : written;
  const [first] = given;
  if (first === undefined) return { state: 'open' };
  const unclear = (answer: string, problem: Problem): QuestionState => ({
    state: 'unclear',
    answer,
    why: WHY[problem],
    expected: EXPECTED[accepts],
  });
  const read = given.flatMap((answer) => {
    const decision = decisionOf(decided, answer, language);
    return decision === undefined ? [] : [{ answer: answer || status, read: decision }];
  });
  const problems = read.map((reading) => problemOf(snapshot, question, { ...reading, accepts }));
  const [clear, ...others] = read.filter((_, index) => problems[index] === undefined);
  if (clear === undefined) return unclear(first, problems[0] ?? 'neither');
  return others.some((other) => !agrees(clear.read, other.read))
    ? unclear(read.map(({ answer }) => answer).join(' / '), 'both')
    : { state: 'answered', ...clear };
}

function agrees(a: ReadAnswer, b: ReadAnswer): boolean {
  return a.verdict === b.verdict && (a.rest === b.rest || a.verdict !== 'text');
}

/** Of an answer that leaves its question open: what was read, why it is unclear, what would do. */
export function unclearText({
  answer,
  why,
  expected,
}: Extract<QuestionState, { state: 'unclear' }>): string {
  const line = answer.replace(/\s+/g, ' ');
  const shown = line.length > 60 ? `${line.slice(0, 57)}...` : line;
  return `Your answer "${shown}" is not clear: ${why}. Answer ${expected}.`;
}

function acceptedBy(snapshot: Snapshot, question: Rec): Accepts {
  const limit = limitAsked(question);
  if (limit !== undefined) return limit.amount === undefined ? 'decision' : 'amount';
  switch (fieldText(question, 'kind')) {
    case 'transition':
      return 'phase';
    case 'draft':
    case 'proposal':
    case 'approval':
      return 'decision';
    case 'escalation':
      return acceptedByEscalation(snapshot, question);
    default:
      return 'seen';
  }
}

function acceptedByEscalation(snapshot: Snapshot, question: Rec): Accepts {
  const row = snapshot.record('DISPATCH', fieldText(question, 'project'));
  if (row === undefined) return 'seen';
  if (asksDecision(question) || fieldText(row, 'status') === 'paused') return 'decision';
  return asksObjective(question) ? 'objective' : 'words';
}

type Reading = { readonly read: ReadAnswer; readonly accepts: Accepts };

function problemOf(
  snapshot: Snapshot,
  question: Rec,
  { read, accepts }: Reading,
): Problem | undefined {
  const { verdict, ambiguity } = read;
  switch (accepts) {
    case 'decision':
      return ambiguity ?? moreThanYes(read);
    case 'amount':
      return amountAnswered(snapshot, question, read) === undefined
        ? (ambiguity ?? moreThanYes(read))
        : undefined;
    case 'phase':
      return phaseProblem(snapshot, question, read);
    case 'words':
      return ambiguity === 'condition' || ambiguity === 'neither'
        ? wordless(snapshot, read.rest)
        : ambiguity;
    case 'objective':
      if (ambiguity !== undefined && ambiguity !== 'neither' && ambiguity !== 'condition')
        return ambiguity;
      return verdict === 'no' ? undefined : nextProblem(snapshot, read.rest);
    case 'seen':
      return ambiguity === 'question' || ambiguity === 'unticked' || ambiguity === 'both'
        ? ambiguity
        : undefined;
  }
}

/** What a yes to a question about a limit allows: the amount that it names, or the one asked. */
export function amountAnswered(
  snapshot: Snapshot,
  question: Rec,
  { verdict, rest }: ReadAnswer,
): number | undefined {
  const { amount, unit = 'cost' } = limitAsked(question) ?? {};
  if (amount === undefined || verdict === 'no') return undefined;
  return rest === '' ? amount : amountSaid(rest, unit, ownCurrency(snapshot));
}

/** "Yes, cancel it" is not a clear yes where only the yes is acted on. */
function moreThanYes({ verdict, rest }: ReadAnswer): Problem | undefined {
  return verdict === 'yes' && rest !== '' ? 'more' : undefined;
}

/** Nothing in it tells the agent anything, or it is a no that is not among the words for one. */
function wordless(snapshot: Snapshot, text: string): Problem | undefined {
  const tells = /[\p{L}\p{N}]/u.test(text) && !saysToLeave(text, ownerLanguage(snapshot), 2);
  return tells ? undefined : 'unsure';
}

/** Whether a text, such as what follows a no, says what to do. */
export function isInstruction(snapshot: Snapshot, text: string): boolean {
  const language = ownerLanguage(snapshot);
  return (
    readAnswer(text, language).ambiguity === 'neither' &&
    objectiveProblem(text) === undefined &&
    !isReason(text, language)
  );
}

function nextProblem(snapshot: Snapshot, text: string): Problem | undefined {
  return saysToLeave(text, ownerLanguage(snapshot), 4) ? 'no-objective' : objectiveProblem(text);
}

/** One word, such as "continue" or a placeholder, is not an objective. */
function objectiveProblem(text: string): Problem | undefined {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’./_-]*/gu) ?? [];
  const isUnspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{4}/u.test(text);
  return words.length > 1 || isUnspaced ? undefined : 'no-objective';
}

/** The phase that an answer names, alone or after a yes. */
export function namedPhase(
  phases: ReadonlyMap<string, unknown>,
  read: ReadAnswer,
): string | undefined {
  const name = read.rest.replace(/[.!]+$/, '');
  return phases.has(name) ? name : undefined;
}

function phaseProblem(snapshot: Snapshot, question: Rec, read: ReadAnswer): Problem | undefined {
  const project = snapshot.record('PROJECT', fieldText(question, 'project'));
  if (project === undefined) return read.ambiguity;
  const graph = phaseGraph(snapshot, project.key);
  if (namedPhase(graph.phases, read) !== undefined) return undefined;
  const problem = read.ambiguity ?? moreThanYes(read);
  if (problem !== undefined || read.verdict === 'no') return problem;
  const successor = fieldText(project, 'phase.successor');
  const next = nextPhase(graph, fieldText(project, 'phase.name'), successor);
  return next.kind === 'choice' ? 'no-choice' : undefined;
}

/** Which of the two words alone would answer it now. */
export function singleWords(snapshot: Snapshot, question: Rec): readonly ('yes' | 'no')[] {
  const accepts = acceptedBy(snapshot, question);
  return (['yes', 'no'] as const).filter((verdict) => {
    const read: ReadAnswer = { verdict, rest: '' };
    return problemOf(snapshot, question, { read, accepts }) === undefined;
  });
}
