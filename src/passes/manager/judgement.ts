/** The typed answers that a manager pass can get from its model. */
import { plural } from '../../kernel/words.js';
import { z } from 'zod';

const why = z.string().min(1).describe('The reason, in one sentence, with a fact from the data.');
const sure = z.boolean().describe('false if the data does not decide it. Then nothing is changed.');

export const FORMS = {
  direction: z.strictObject({
    verdict: z
      .enum(['right', 'change', 'pause'])
      .describe(
        'right: go on. change: it needs another objective. pause: more passes would be wasted.',
      ),
    why,
    sure,
  }),
  objective: z.strictObject({
    objective: z.string().min(1).max(300).describe('One imperative sentence: the next small step.'),
    why,
    sure,
  }),
  draft: z.strictObject({ fits: z.enum(['yes', 'no', 'unclear']), why, sure }),
  order: z.strictObject({
    first: z.string().min(1).describe('The project that should come first.'),
    why,
    sure,
  }),
  owner: z.strictObject({
    text: z.string().min(1).max(400).describe('One or two sentences.'),
    sure,
  }),
} as const;

type Form<K extends keyof typeof FORMS> = z.infer<(typeof FORMS)[K]>;

/** What a model said, by question. It decides nothing until it has been checked. */
export type Opinion =
  | ({ readonly kind: 'direction'; readonly slug: string } & Readonly<Form<'direction'>>)
  | ({ readonly kind: 'objective'; readonly slug: string } & Readonly<Form<'objective'>>)
  | ({ readonly kind: 'draft'; readonly slug: string } & Readonly<Form<'draft'>>)
  | ({ readonly kind: 'order' } & Readonly<Form<'order'>>)
  | ({ readonly kind: 'owner' } & Readonly<Form<'owner'>>);

/** Of one manager pass. */
export type Judged = {
  /** Empty: nobody was asked. */
  readonly by: string;
  /** Questions that there were, and of these the answered ones. */
  readonly wanted: number;
  readonly opinions: readonly Opinion[];
  /** Why a question has no answer; empty if each has one. */
  readonly why: string;
};

export function opinionOn<K extends Opinion['kind']>(
  { opinions }: Judged,
  kind: K,
  slug?: string,
): Extract<Opinion, { kind: K }> | undefined {
  return opinions.find(
    (opinion): opinion is Extract<Opinion, { kind: K }> =>
      opinion.kind === kind && ('slug' in opinion ? opinion.slug === slug : true),
  );
}

/** `3 questions`, and who did not answer them; empty if nothing was left to judge. */
export function unjudged({ by, wanted, opinions, why }: Judged): string {
  if (wanted === 0) return '';
  if (by === '') return `nobody judged: ${why}`;
  if (opinions.length >= wanted)
    return `${by} answered ${opinions.length} of ${plural(wanted, 'question')}`;
  return `${by} answered ${opinions.length} of ${plural(wanted, 'question')}: ${why}`;
}
