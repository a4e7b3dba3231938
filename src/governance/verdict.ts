/** Reads an owner's answer. One word decides; an ambiguous answer is not a yes. */

export type Verdict = 'yes' | 'no' | 'text';
/** `rest`: what follows the word. */
export type ReadAnswer = { readonly verdict: Verdict; readonly rest: string };

const YES = new Set([
  'yes',
  'y',
  'yep',
  'yeah',
  'ok',
  'okay',
  'approve',
  'approved',
  'accept',
  'accepted',
  'agree',
  'agreed',
  'go',
  'sure',
  'true',
]);
const NO = new Set([
  'no',
  'n',
  'nope',
  'decline',
  'declined',
  'reject',
  'rejected',
  'deny',
  'denied',
  'refuse',
  'refused',
  'stop',
  'never',
  'false',
]);
/** Words that turn a yes into a condition. */
const RESERVE =
  /\b(?:but|if|unless|until|except|only|after|before|when|once|not|no|don't|do not|wait|later|maybe|however|first)\b/i;

export function readAnswer(answer: string): ReadAnswer {
  const text = answer
    .trim()
    .replace(/^[*_`"'“”]+|[*_`"'“”]+$/g, '')
    .trim();
  const [, word = '', , after = ''] = /^([\p{L}]+)([.,;:!\s–—-]*)([\s\S]*)$/u.exec(text) ?? [];
  const rest = after.trim();
  const separated = rest === '' || /^[\p{L}]+\s*[.,;:!–—-]/u.test(text);
  if (NO.has(word.toLowerCase()) && separated) return { verdict: 'no', rest };
  if (YES.has(word.toLowerCase()) && separated && !RESERVE.test(rest) && !rest.includes('?'))
    return { verdict: 'yes', rest };
  return { verdict: 'text', rest: text };
}

/** Status and answer together; a contradiction decides nothing. `undefined`: not answered yet. */
export function decisionOf(status: string, answer: string): ReadAnswer | undefined {
  const read = answer.trim() === '' ? undefined : readAnswer(answer);
  if (status === 'approved')
    return read?.verdict === 'no'
      ? { verdict: 'text', rest: answer.trim() }
      : { verdict: 'yes', rest: read?.rest ?? '' };
  if (status === 'declined')
    return read?.verdict === 'yes'
      ? { verdict: 'text', rest: answer.trim() }
      : { verdict: 'no', rest: read?.rest ?? '' };
  return status === 'open' ? read : undefined;
}
