/** Links in text for a terminal (OSC 8). Only those that this process has made are ever printed. */
import { randomBytes } from 'node:crypto';
import { pathToFileURL } from 'node:url';

/** Text from outside cannot know it, so it cannot make a link. */
const OWN = randomBytes(8).toString('hex');
const [BEGIN, END] = [`\u001b]8;id=${OWN};`, '\u001b]8;;\u001b\\'];

/** As an expression with one group: a whole link, its text included. */
export const TERMINAL_LINK = `(\u001b\\]8;id=${OWN};[!-~]+\u001b\\\\[^\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*\u001b\\]8;;\u001b\\\\)`;

/**
 * @param text without control and invisible characters: with them, it is printed as text.
 * @param path absolute.
 */
export function terminalLink(text: string, path: string): string {
  return `${BEGIN}${pathToFileURL(path).href}\u001b\\${text}${END}`;
}
