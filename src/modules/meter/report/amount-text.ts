/** Amounts of money and tokens for people. */
import { NANOS } from '../ledger/money.js';

/** `12.34 EUR`; an amount below a cent has more digits. */
export function moneyText(nanos: number, currency: string | undefined): string {
  const amount = nanos / NANOS;
  const digits = nanos === 0 || Math.abs(amount) >= 0.01 ? 2 : 6;
  return `${amount.toFixed(digits)}${currency === undefined ? '' : ` ${currency}`}`;
}

/** `1,234,567 tokens`. */
export function tokensText(tokens: number): string {
  return `${tokens.toLocaleString('en-US')} ${tokens === 1 ? 'token' : 'tokens'}`;
}
