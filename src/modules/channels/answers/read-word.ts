/** One word and codes, in any order, from what somebody wrote: anybody may have written it. */
import { readAnswer } from '../../../project/verdict.js';

export type ReadWord = {
  /** Codes of messages that were sent, and what else has the form of one. */
  readonly codes: ReadonlySet<string>;
  readonly verdict: 'yes' | 'no' | undefined;
};

const CODE = /^[2-9A-HJ-NP-Z]{6}(?:[2-9A-HJ-NP-Z]{10})?$/;
/** A code with marks around it. */
const LONGEST_WORD = 40;
/** A word with politeness; what is longer decides nothing and is not looked through. */
const LONGEST_ANSWER = 300;

/** @param language of the owner. */
export function readWord(text: string, known: ReadonlySet<string>, language: string): ReadWord {
  const isCode = (word: string): boolean => known.has(word) || (CODE.test(word) && /\d/.test(word));
  const words = text.trim().split(/\s+/).filter(Boolean);
  const codes = new Set(words.map(bare).filter(isCode));
  const said = words.filter((word) => !isCode(bare(word))).join(' ');
  const isRead = said !== '' && said.length <= LONGEST_ANSWER;
  const read = isRead ? readAnswer(said, language) : undefined;
  const verdict = read?.rest === '' && read.verdict !== 'text' ? read.verdict : undefined;
  return { codes, verdict };
}

/** Without the marks around it, in capitals; empty if it is too long for a code. */
function bare(word: string): string {
  if (word.length > LONGEST_WORD) return '';
  return word.replace(/^[[("'`*]+|[\])"'`*.,!]+$/g, '').toUpperCase();
}
