/** Amounts of money and tokens for people: the same digits on every page and in every question. */
import type { SpendUnit } from './limit-question.js';

const LEAST = 0.0001;

export function amountText(amount: number, unit: SpendUnit, currency?: string): string {
  return unit === 'tokens' ? tokensText(Math.ceil(amount)) : costText(amount, currency);
}

/** `12.34 EUR`; amounts below 1 have more digits. */
export function costText(amount: number, currency = ''): string {
  const unit = currency === '' ? '' : ` ${currency}`;
  if (amount > 0 && amount < LEAST) return `< ${LEAST}${unit}`;
  return `${amount.toFixed(digitsFor(amount))}${unit}`;
}

/** Decimal places of an amount. */
export function digitsFor(amount: number): number {
  return amount > 0 && amount < 1 ? 4 : 2;
}

/** `1,234,567 tokens`. */
export function tokensText(tokens: number): string {
  return `${tokens.toLocaleString('en-US')} ${tokens === 1 ? 'token' : 'tokens'}`;
}
