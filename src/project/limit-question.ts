/** A question whether more may be spent: whose limit it is about, and how much a yes allows. */
import type { Rec } from '../markdown/types.js';
import { fieldText } from './field-text.js';

/** Cost is in the owner's one currency. */
export type SpendUnit = 'tokens' | 'cost';
/** Without an amount, a yes only lets the work go on. */
export type LimitAsked = {
  readonly scope: string;
  readonly amount?: number;
  readonly unit: SpendUnit;
};

const STEM = 'limit-';

export function limitTopic({ scope, amount, unit }: LimitAsked): string {
  return [`${STEM}${scope}`, ...(amount === undefined ? [] : [amount, unit])].join('-');
}

export function limitAsked(question: Rec): LimitAsked | undefined {
  const topic = fieldText(question, 'topic');
  if (!topic.startsWith(STEM)) return undefined;
  const [scope = '', amount, unit] = topic.slice(STEM.length).split('-');
  const asked: LimitAsked = { scope, unit: unit === 'tokens' ? unit : 'cost' };
  return amount === undefined ? asked : { ...asked, amount: Number(amount) };
}

/**
 * `20000`, `20,000 tokens`, `1.50`, `1,5 EUR`. What can be read in two ways is not an amount, and
 * neither is another currency.
 */
export function amountSaid(text: string, unit: SpendUnit, currency = ''): number | undefined {
  const [, digits = '', said = ''] = /^([\d.,]+)\s*(\p{L}*)[.!]?$/u.exec(text.trim()) ?? [];
  const name = unit === 'tokens' ? unit : currency;
  const isUnit = said === '' || said.toLowerCase() === name.toLowerCase();
  if (!isUnit) return undefined;
  const plain = unit === 'tokens' ? wholeNumber(digits) : decimalNumber(digits);
  return plain !== undefined && plain > 0 ? plain : undefined;
}

function wholeNumber(digits: string): number | undefined {
  return /^\d+$/.test(digits) || /^\d{1,3}([.,])\d{3}(?:\1\d{3})*$/.test(digits)
    ? Number(digits.replace(/[.,]/g, ''))
    : undefined;
}

/** Three digits after a comma or a point may be thousands. */
function decimalNumber(digits: string): number | undefined {
  return /^\d+(?:[.,](?:\d{1,2}|\d{4,}))?$/.test(digits)
    ? Number(digits.replace(',', '.'))
    : undefined;
}
