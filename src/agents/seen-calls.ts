/** Decides from the calls to a model that a program makes whether it is going round in circles. */
import { plural } from '../kernel/words.js';

/** As whoever forwards the calls counted them: all, and in a row until now. */
export type SeenCalls = {
  readonly calls: number;
  /** That repeated an earlier request. */
  readonly repeatedPrompts: number;
  /** Whose answer was the same as an earlier one. */
  readonly repeatedAnswers: number;
  /** With more input than the call before. */
  readonly growing: number;
};

export const NO_CALLS: SeenCalls = {
  calls: 0,
  repeatedPrompts: 0,
  repeatedAnswers: 0,
  growing: 0,
};
/** A context grows with every call of an agent that works well, so only a long row counts. */
const GROWING = 5;

/**
 * @param since what had been counted when the program last changed a file.
 * @param patience calls in a row.
 * @returns why it is to be stopped.
 */
export function circling(now: SeenCalls, since: SeenCalls, patience: number): string | undefined {
  const inARow = (count: keyof SeenCalls): number =>
    now[count] < since[count] ? now[count] : now[count] - since[count];
  const stopped = 'The program was stopped because it got nowhere:';
  if (inARow('repeatedPrompts') >= patience)
    return `${stopped} it sent its model ${plural(inARow('repeatedPrompts'), 'request')} in a row that it had sent before, and changed no file.`;
  if (inARow('repeatedAnswers') >= patience)
    return `${stopped} its model gave ${plural(inARow('repeatedAnswers'), 'answer')} in a row that it had given before, and no file changed.`;
  if (inARow('growing') >= patience * GROWING)
    return `${stopped} its context grew with each of ${plural(inARow('growing'), 'call')}, and no file changed.`;
  return undefined;
}
