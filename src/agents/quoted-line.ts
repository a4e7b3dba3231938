/** The beginning of a foreign text, on one line. */
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import { printable } from './output-tail.js';

export function quotedLine(text: string, maxLength = 200): string {
  return cutWithoutSecrets(printable(text.slice(0, 8192)).replace(/\s+/g, ' ').trim(), maxLength);
}
