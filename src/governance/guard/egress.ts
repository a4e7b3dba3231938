/**
 * Checks what leaves: the parsed destination against the owner's list, and the content. What can be
 * read in two ways is refused.
 */
import {
  hasPunycode,
  looksNumeric,
  parseDestinationPattern,
} from '../../project/destination-pattern.js';
import { fieldInt, fieldList, fieldText } from '../../project/field-text.js';
import { rowsOfRun } from '../../project/recent-rows.js';
import type { Snapshot } from '../../workspace/types.js';
import { secretReasons } from './secrets.js';
import type { Reason } from '../types.js';

export type Destination = {
  readonly name: string;
  readonly kind: string;
  readonly pattern: string;
  readonly projects: readonly string[];
  readonly maxPerPass: number;
};
export type Sending = {
  readonly to: string;
  readonly content: string;
  /** `undefined`: no project, so only rows for every project count. */
  readonly project: string | undefined;
};

export type ParsedDestination =
  | { readonly kind: 'url'; readonly host: string; readonly port: string; readonly path: string }
  | { readonly kind: 'named'; readonly name: string; readonly target: string }
  | { readonly kind: 'refused'; readonly why: string };

export const MAX_CONTENT = 16 * 1024;
const MAX_ADDRESS = 2048;

export function destinations(snapshot: Snapshot): readonly Destination[] {
  return snapshot.records('DESTINATION').map((row) => ({
    name: fieldText(row, 'name'),
    kind: fieldText(row, 'kind'),
    pattern: fieldText(row, 'pattern'),
    projects: fieldList(row, 'projects'),
    maxPerPass: fieldInt(row, 'max_per_pass') ?? 0,
  }));
}

export function sentBy(snapshot: Snapshot, runId: string, destination: string): number {
  return rowsOfRun(snapshot, 'AUDIT', runId).filter(
    (row) =>
      fieldText(row, 'type') === 'send' &&
      fieldText(row, 'authorisation') === destination &&
      fieldText(row, 'result') === 'ok',
  ).length;
}

export type Egress = {
  readonly reasons: readonly Reason[];
  /** The row that allows it, if there are no reasons. */
  readonly destination: string | undefined;
};

/** @param sent how often this pass has sent to a destination. */
export function judgeSending(
  list: readonly Destination[],
  sending: Sending,
  sent: (destination: string) => number,
): Egress {
  const reasons: Reason[] = [...contentReasons(sending)];
  const parsed = parseTo(sending.to);
  if (parsed.kind === 'refused')
    return {
      reasons: [egress(`${shown(sending.to)} is refused: ${parsed.why}`), ...reasons],
      destination: undefined,
    };
  const matching = list.filter((destination) => allows(destination, parsed));
  const [first] = matching;
  if (first === undefined)
    return {
      reasons: [
        egress(
          `${shown(sending.to)} is not a destination in orchestration-os/OPS-DESTINATIONS.md; ask the owner to add it`,
        ),
        ...reasons,
      ],
      destination: undefined,
    };
  const ours = matching.filter(
    (destination) =>
      destination.projects.length === 0 ||
      (sending.project !== undefined && destination.projects.includes(sending.project)),
  );
  if (ours.length === 0)
    return {
      reasons: [
        egress(`${first.name} is a destination for ${first.projects.join(', ')} only`),
        ...reasons,
      ],
      destination: undefined,
    };
  const left = ours.find((destination) => sent(destination.name) < destination.maxPerPass);
  if (left === undefined)
    return {
      reasons: [
        egress(
          `${ours.map((destination) => `${destination.name} allows ${destination.maxPerPass} messages in a pass`).join(', ')}, and this pass has sent them`,
        ),
        ...reasons,
      ],
      destination: undefined,
    };
  return reasons.length > 0
    ? { reasons, destination: undefined }
    : { reasons: [], destination: left.name };
}

export function parseTo(to: string): ParsedDestination {
  if (to === '' || to.length > MAX_ADDRESS)
    return {
      kind: 'refused',
      why: to === '' ? 'there is no destination' : `it is longer than ${MAX_ADDRESS} characters`,
    };
  if (/[\s\p{C}\\]/u.test(to))
    return { kind: 'refused', why: 'it contains blanks, control characters or a backslash' };
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(to) || to.startsWith('//')
    ? parseUrl(to)
    : parseNamed(to);
}

function parseUrl(to: string): ParsedDestination {
  const written = /^https:\/\/([^/?#]*)/.exec(to)?.[1];
  if (written === undefined) return { kind: 'refused', why: 'it does not begin with https://' };
  if (written.includes('@')) return { kind: 'refused', why: 'it contains a user name' };
  if (!/^[A-Za-z0-9.-]+(?::\d{1,5})?$/.test(written))
    return {
      kind: 'refused',
      why: 'its host contains more than letters, digits, dots and hyphens',
    };
  if (!URL.canParse(to)) return { kind: 'refused', why: 'it is not an address' };
  const url = new URL(to);
  const host = written.replace(/:\d+$/, '').toLowerCase();
  if (url.hostname !== host || host.endsWith('.') || url.username !== '' || url.password !== '')
    return {
      kind: 'refused',
      why: `its host is written ${host}, but programs read ${url.hostname}`,
    };
  if (looksNumeric(host)) return { kind: 'refused', why: 'its host is a number' };
  if (hasPunycode(host))
    return { kind: 'refused', why: 'its host contains letters that are not ASCII' };
  return { kind: 'url', host, port: url.port, path: url.pathname };
}

function parseNamed(to: string): ParsedDestination {
  const found = /^([a-z][a-z0-9_-]*):(.+)$/u.exec(to);
  const [, name = '', target = ''] = found ?? [];
  if (found === null || target === '*' || target !== target.normalize('NFC'))
    return {
      kind: 'refused',
      why: 'expected an https address, CHANNEL:TARGET, session:KEY or search:web',
    };
  return { kind: 'named', name, target };
}

function allows(
  { kind, pattern }: Destination,
  to: Exclude<ParsedDestination, { kind: 'refused' }>,
): boolean {
  const allowed = parseDestinationPattern(kind, pattern);
  if (allowed.kind === 'invalid') return false;
  if (allowed.kind === 'named')
    return (
      to.kind === 'named' &&
      allowed.name === to.name &&
      (allowed.target === undefined || allowed.target === to.target)
    );
  if (to.kind !== 'url' || allowed.port !== to.port) return false;
  const hostFits = allowed.below ? to.host.endsWith(`.${allowed.host}`) : to.host === allowed.host;
  return hostFits && pathFits(allowed.path, to.path);
}

/** A server could decode an encoded slash or dot into another path. */
function pathFits(allowed: string | undefined, path: string): boolean {
  if (allowed === undefined) return true;
  if (/%(?:2f|5c|2e|25)/i.test(path)) return false;
  return allowed.endsWith('*') ? path.startsWith(allowed.slice(0, -1)) : path === allowed;
}

/** An address can carry as much as a message, so it is searched too, raw and decoded. */
function contentReasons({ to, content }: Sending): readonly Reason[] {
  const decoded = decodeUrl(to);
  const reasons = [
    ...secretReasons(to, 'the destination'),
    ...(decoded === to ? [] : secretReasons(decoded, 'the destination')),
    ...secretReasons(content, 'the content'),
  ];
  const size = Buffer.byteLength(content);
  if (size > MAX_CONTENT)
    reasons.push(
      egress(`the content has ${size} bytes; at most ${MAX_CONTENT} may be sent at once`),
    );
  return [
    ...new Map(reasons.map((reason) => [`${reason.code} ${reason.message}`, reason])).values(),
  ];
}

function decodeUrl(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function egress(message: string): Reason {
  return { code: 'egress', message };
}

/** Without query and fragment, which can contain anything. */
function shown(to: string): string {
  return (to.split(/[?#]/)[0] ?? '').replace(/[\p{C}\s]+/gu, ' ').slice(0, 120) || 'nothing';
}
