/** Why an answer was not taken, in the words that its sender reads. */
export const REFUSALS = {
  'page-changed': 'CHANNELS.md has changed since. Answer again, or use nocturne answer.',
  stranger: 'CHANNELS.md does not name this sender',
  'no-code':
    'it does not say which question it answers. Write the word and the code of the question.',
  'unknown-code': 'there is no question with this code. Copy the code from the message.',
  replay:
    'this question was answered with this code before. To correct the answer, use nocturne answer.',
  late: 'the question has already been answered, or is no longer open.',
  changed: 'the question has changed since this message. Answer the newer one.',
  forwarded: 'it was forwarded. Reply to the message itself.',
  class: 'questions of this class are answered on no channel. Use nocturne answer.',
  'not-one-word': 'write one word, yes or no, and nothing else.',
  'needs-words': 'one word does not answer this question. Use nocturne answer.',
} as const;
export type Refusal = keyof typeof REFUSALS;
