/**
 * The link formula of chained logs; who keeps the heads and who verifies them live in lower rooms.
 */
import { createHash } from 'node:crypto';

/** Hex characters of a link kept in the `chain` column (128 bits). */
export const LINK_LENGTH = 32;

/**
 * What the first row of a log is linked to: bound to the log's path so that rows of one log cannot
 * be moved into another.
 */
export function genesis(file: string): string {
  return hex(`nocturne chain v1\n${file}`);
}

/**
 * `sha256(previous ‖ '\n' ‖ JSON array of the row's cell values, the chain cell left out)`, first
 * 32 hex characters.
 */
export function link(previous: string, values: readonly string[]): string {
  return hex(`${previous}\n${JSON.stringify(values)}`);
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, LINK_LENGTH);
}

/** Before and after the link of a line of JSON, which is its last member. */
const [OPEN, CLOSE] = [',"chain":"', '"}'];

/**
 * A row of a log whose rows are lines of JSON: the object on one line with its link as the last
 * member. The link's one value is the line as it would
 * be without that member, so that every byte of it counts. @param members at least one.
 */
export function linkedLine(
  previous: string,
  members: Readonly<Record<string, unknown>>,
): { readonly line: string; readonly link: string } {
  const body = JSON.stringify(members);
  const own = link(previous, [body]);
  return { line: `${body.slice(0, -1)}${OPEN}${own}${CLOSE}`, link: own };
}

/** What such a line says and the link that it carries; `undefined` for any other line. */
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
