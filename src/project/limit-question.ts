/** A question whether more may be spent: whose limit it is about, and how much a yes allows. */
import type { Rec } from '../markdown/types.js';
import { fieldText } from './field-text.js';

/** `unit`: `tokens`, or a currency. Without an amount, a yes only lets the work go on. */
export type LimitAsked = {
  readonly scope: string;
  readonly amount: number | undefined;
  readonly unit: string;
};

const STEM = 'limit-';

export function limitTopic({ scope, amount, unit }: LimitAsked): string {
  return [`${STEM}${scope}`, ...(amount === undefined ? [] : [amount, unit])].join('-');
}

export function limitAsked(question: Rec): LimitAsked | undefined {
  const topic = fieldText(question, 'topic');
  if (!topic.startsWith(STEM)) return undefined;
  const [scope = '', amount, unit = ''] = topic.slice(STEM.length).split('-');
  return { scope, amount: amount === undefined ? undefined : Number(amount), unit };
}

/** `20000`, `20,000 tokens`, `1.50`, `1,5 EUR`. What can be read in two ways is no amount. */
export function amountSaid(text: string, unit: string): number | undefined {
  const [, digits = '', said = ''] = /^([\d.,]+)\s*(\p{L}*)[.!]?$/u.exec(text.trim()) ?? [];
  const isUnit = said === '' || said.toLowerCase() === unit.toLowerCase();
  if (!isUnit || !/^\d/.test(digits)) return undefined;
  const plain = unit === 'tokens' ? wholeNumber(digits) : decimalNumber(digits);
  return plain !== undefined && plain > 0 ? plain : undefined;
}

function wholeNumber(digits: string): number | undefined {
  if (/^\d+$/.test(digits) || /^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(digits))
    return Number(digits.replace(/[.,]/g, ''));
  return undefined;
}

function decimalNumber(digits: string): number | undefined {
  return /^\d+(?:[.,](?:\d{1,2}|\d{4,}))?$/.test(digits)
    ? Number(digits.replace(',', '.'))
    : undefined;
}

export function amountText(amount: number, unit: string): string {
  if (unit === 'tokens') return `${Math.ceil(amount).toLocaleString('en')} tokens`;
  return unit === 'cost' ? amount.toFixed(2) : `${amount.toFixed(2)} ${unit}`;
}
