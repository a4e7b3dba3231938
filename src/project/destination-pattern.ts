/**
 * What a row of OPS-DESTINATIONS.md allows, read from its pattern. What cannot be read allows
 * nothing.
 */

export const DESTINATION_KINDS = ['url', 'channel', 'session', 'search'] as const;

/**
 * `below`: hosts below `host`, not `host` itself. `path` ends in `*` where it is the beginning of
 * one; without a path every path is meant.
 */
export type DestinationPattern =
  | {
      readonly kind: 'url';
      readonly host: string;
      readonly below: boolean;
      readonly port: string;
      readonly path: string | undefined;
    }
  | { readonly kind: 'named'; readonly name: string; readonly target: string | undefined }
  | { readonly kind: 'invalid'; readonly why: string };

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const URL_PATTERN = new RegExp(
  `^(\\*\\.)?(${LABEL}(?:\\.${LABEL})+)(?::(\\d{1,5}))?(/[^*?#\\s]*\\*?)?$`,
);

export function parseDestinationPattern(kind: string, pattern: string): DestinationPattern {
  switch (kind) {
    case 'url':
      return urlPattern(pattern);
    case 'channel':
      return namedPattern(
        pattern,
        (name) => name !== 'session' && name !== 'search',
        'NAME:TARGET or NAME:*',
      );
    case 'session':
      return namedPattern(
        pattern,
        (name, target) => name === 'session' && target !== '*',
        'session:KEY',
      );
    case 'search':
      return namedPattern(
        pattern,
        (name, target) => name === 'search' && target !== '*',
        'search:NAME',
      );
    default:
      return { kind: 'invalid', why: `there is no kind ${kind}` };
  }
}

function urlPattern(pattern: string): DestinationPattern {
  const found = URL_PATTERN.exec(pattern);
  const host = found?.[2] ?? '';
  if (found === null)
    return {
      kind: 'invalid',
      why: 'expected a host in small letters, *.host, or either with a port and a path',
    };
  if (looksNumeric(host)) return { kind: 'invalid', why: 'a number cannot be allowed as a host' };
  if (hasPunycode(host))
    return { kind: 'invalid', why: 'a host with letters that are not ASCII cannot be allowed' };
  return {
    kind: 'url',
    host,
    below: found[1] !== undefined,
    port: found[3] === '443' ? '' : (found[3] ?? ''),
    path: found[4],
  };
}

function namedPattern(
  pattern: string,
  fits: (name: string, target: string) => boolean,
  form: string,
): DestinationPattern {
  const found = /^([a-z][a-z0-9_-]*):(\S+)$/u.exec(pattern);
  const [, name = '', target = ''] = found ?? [];
  if (found === null || !fits(name, target) || (target !== '*' && target.includes('*')))
    return { kind: 'invalid', why: `expected ${form}` };
  return { kind: 'named', name, target: target === '*' ? undefined : target };
}

/**
 * Hosts that some program reads as an address: their last part is a number, also in other
 * notations.
 */
export function looksNumeric(host: string): boolean {
  return /^(?:\d+|0x[0-9a-f]*)$/i.test(host.split('.').at(-1) ?? '');
}

export function hasPunycode(host: string): boolean {
  return host.split('.').some((label) => label.toLowerCase().startsWith('xn--'));
}
