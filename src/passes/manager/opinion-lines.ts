/** The opinions of a model in words, for the owner and for its own last question. */
import type { Opinion } from './judgement.js';
import { quoted } from '../../project/page-text.js';

export function opinionLines(opinions: readonly Opinion[]): readonly string[] {
  return opinions.flatMap((opinion) => {
    if (opinion.kind === 'owner') return [];
    const sure = opinion.sure ? '' : ', not sure';
    return [`${wordsOf(opinion)}${sure}: ${quoted(opinion.why)}`];
  });
}

function wordsOf(opinion: Exclude<Opinion, { kind: 'owner' }>): string {
  switch (opinion.kind) {
    case 'direction':
      return `${opinion.slug}: ${DIRECTIONS[opinion.verdict]}`;
    case 'objective':
      return `${opinion.slug} next: ${quoted(opinion.objective)}`;
    case 'draft':
      return `the draft ${opinion.slug}: ${FITS[opinion.fits]}`;
    case 'order':
      return `first: ${quoted(opinion.first)}`;
  }
}

const DIRECTIONS = {
  right: 'the direction is right',
  change: 'it needs another objective',
  pause: 'more passes would be wasted',
} as const;
const FITS = {
  yes: 'it fits the domain',
  no: 'it does not fit the domain',
  unclear: 'it is not clear whether it fits',
} as const;
