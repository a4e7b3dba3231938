/**
 * The link formula of chained logs.
 */
import { hash } from 'node:crypto';

/** Hex characters of a link (128 bits). */
export const LINK_LENGTH = 32;

/**
 * The link before the first row. It depends on the log's path, so rows cannot move between logs.
 */
export function genesis(file: string): string {
  return hex(`nocturne chain v1\n${file}`);
}

/**
 * The start of `sha256(previous ‖ '\n' ‖ JSON array of the row's values without the chain cell)`.
 */
export function link(previous: string, values: readonly string[]): string {
  return hex(`${previous}\n${JSON.stringify(values)}`);
}

function hex(text: string): string {
  return hash('sha256', text, 'hex').slice(0, LINK_LENGTH);
}

/** Before and after the link, which is the last member of a line of JSON. */
const [OPEN, CLOSE] = [',"chain":"', '"}'];

/**
 * A row of a log whose rows are lines of JSON: the object with its link as the last member. The
 * link covers every byte of the line without that member. @param members at least one.
 */
export function linkedLine(
  previous: string,
  members: Readonly<Record<string, unknown>>,
): { readonly line: string; readonly link: string } {
  const body = JSON.stringify(members);
  const own = link(previous, [body]);
  return { line: `${body.slice(0, -1)}${OPEN}${own}${CLOSE}`, link: own };
}

/** The two parts of such a line; `undefined` for any other line. */
export function cutLine(
  line: string,
): { readonly body: string; readonly link: string } | undefined {
  const linkStart = line.length - OPEN.length - LINK_LENGTH - CLOSE.length;
  const own = line.slice(linkStart + OPEN.length, -CLOSE.length);
  if (
    linkStart < 2 ||
    !line.startsWith('{') ||
    !line.endsWith(CLOSE) ||
    line.slice(linkStart, linkStart + OPEN.length) !== OPEN ||
    !/^[0-9a-f]+$/.test(own)
  )
    return undefined;
  return { body: `${line.slice(0, linkStart)}}`, link: own };
}
