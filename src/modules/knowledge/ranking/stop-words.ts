/** English stop words. */
const WORDS =
  'a about after all also an and any are as at be because been before being both but by can could did do does doing done for from get had has have having he her here him his how i if in into is it its itself just let like may me might more most much must my no nor not of off on once only or other our out over own per same shall she should so some such than that the their them then there these they this those through to too under until up us very was we were what when where which while who whom whose why will with would you your';
const STOP: ReadonlySet<string> = new Set(WORDS.split(' '));

export function isStopWord(word: string): boolean {
  return STOP.has(word);
}
