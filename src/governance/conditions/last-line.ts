/** The last line of what a program printed, clipped, as evidence. */
import { cutWithoutSecrets } from '../guard/secrets.js';

export function lastLine(text: string): string {
  const line = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line.length > 200 ? `${cutWithoutSecrets(line, 199)}…` : line;
}
