/** Amounts of money and tokens for people. */
import { NANOS } from '../ledger/money.js';

const LEAST = 0.0001;

/** `12.34 EUR`; amounts below 1 have more digits. */
export function moneyText(nanos: number, currency?: string): string {
  const unit = currency === undefined ? '' : ` ${currency}`;
  const amount = nanos / NANOS;
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
