/** Text from outside, made safe to print: no character of it controls the reader's terminal. */
import { TERMINAL_LINK } from './terminal-link.js';

/** Control characters, bidirectional and other invisible ones, and foreign line breaks. */
const HIDDEN = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g;
/** What `paint` uses, and links of our own. */
const OWN = new RegExp(`(\u001b\\[(?:31|32|33|39)m)|${TERMINAL_LINK}`);

/** On one line, whatever the text is: for names, and for values in a line of other text. */
export function showControl(text: string): string {
  return text.replace(HIDDEN, escaped);
}

/** What is printed: lines and tabs stay, and so do colours and links of Nocturne's own output. */
export function showLines(text: string, options: { readonly color: boolean }): string {
  const parts = options.color ? text.split(OWN).filter((part) => part !== undefined) : [text];
  return parts
    .map((part) => (options.color && OWN.test(part) ? part : part.replace(HIDDEN, keepLines)))
    .join('');
}

function keepLines(character: string): string {
  return character === '\n' || character === '\t' ? character : escaped(character);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
