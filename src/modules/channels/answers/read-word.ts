/** One word and a code, in any order, from what somebody wrote. */
import { readAnswer } from '../../../project/verdict.js';

export type ReadWord = {
  /** A code of a message that was sent. */
  readonly code: string | undefined;
  /** Something that has the form of a code. */
  readonly looksLikeCode: boolean;
  readonly verdict: 'yes' | 'no' | undefined;
};

const CODE = /^(?=.*[2-9A-HJ-NP-Z])[2-9A-HJ-NP-Z]{6}(?:[2-9A-HJ-NP-Z]{10})?$/;

/** @param language of the owner. */
export function readWord(text: string, known: ReadonlySet<string>, language: string): ReadWord {
  const words = text.trim().split(/\s+/).filter(Boolean);
  const bare = words.map((word) => word.replace(/^[[("'`*]+|[\])"'`*.,!]+$/g, '').toUpperCase());
  const codes = [...new Set(bare.filter((word) => known.has(word)))];
  const [code, second] = codes;
  const rest = words.filter((_, i) => !known.has(bare[i] ?? '')).join(' ');
  const looks = bare.filter((word) => CODE.test(word) && /\d/.test(word));
  const said = code === undefined && looks.length > 0 ? without(words, bare, looks) : rest;
  const read = said === '' ? undefined : readAnswer(said, language);
  const decided = read?.rest === '' && read.verdict !== 'text' ? read.verdict : undefined;
  return {
    code: second === undefined ? code : undefined,
    looksLikeCode: code !== undefined || looks.length > 0,
    verdict: decided,
  };
}

function without(
  words: readonly string[],
  bare: readonly string[],
  codes: readonly string[],
): string {
  return words.filter((_, i) => !codes.includes(bare[i] ?? '')).join(' ');
}
