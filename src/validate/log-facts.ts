/**
 * The facts of a long log. Each window of it is checked like a file of its own, so that memory does
 * not grow with the log; windows that did not change come from the cache.
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { LINK_LENGTH } from '../kernel/chain.js';
import { sha256 } from '../kernel/hash.js';
import { openingOf, logRecords } from '../workspace/log-records.js';
import { logWindows } from '../workspace/log-windows.js';
import { within } from '../workspace/root-descriptor.js';
import { isLineLog } from '../markdown/read-lines.js';
import { readRecords } from '../markdown/read-records.js';
import { scan } from '../markdown/scan.js';
import type { ReadResult } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import { routeOf } from '../registry/route.js';
import { decodeUtf8 } from '../workspace/snapshot.js';
import type { Snapshot } from '../workspace/types.js';
import { contentKind } from './content-kind.js';
import { decodeFacts, encodeFacts } from './facts-text.js';
import type { FileFacts } from './fact-types.js';
import { fileFacts } from './file-facts.js';
import type { GovernedFile } from './governed-file.js';
import { joinWindows, type WindowFacts } from './join-windows.js';
import { addKeys, keysFrom, keysText, repeatedKeys, type KeyHashes } from './key-hashes.js';
import type { FileRule } from './rule.js';
import { badByte, notUtf8 } from './rules/not-utf8.js';
import { keyUnique, repeatedKey } from './rules/key-unique.js';

/** Texts by the hash of what they were computed from. */
export type WindowCache = {
  readonly get: (path: string, hash: string) => string | undefined;
  readonly put: (path: string, hash: string, text: string) => void;
};
const NO_CACHE: WindowCache = { get: () => undefined, put: () => undefined };
const [NEWLINE, BLANK] = [10, 32];
const EMPTY = Buffer.alloc(0);
const NO_SIZE = { lines: 0, units: 0 };
const NOTHING: ReadResult = { records: [], diagnostics: [] };

export function logFacts(
  snapshot: Snapshot,
  path: string,
  {
    rules,
    cache = NO_CACHE,
  }: { readonly rules: readonly FileRule[]; readonly cache?: WindowCache },
): FileFacts {
  const place = within(snapshot.root, path);
  const [object] = snapshot.objectsOf(path);
  if (object === undefined) throw new Error(`${path} has no records`);
  const ofWindows = rules.filter((rule) => rule !== notUtf8 && rule !== keyUnique);
  const opening = Buffer.from(openingOf(place, path));
  const base = sha256(opening);
  const below = belowOpening();
  const openingSize = sizeOf(opening.toString());
  const keys: KeyHashes[] = [];
  const joined = joinWindows(path);
  for (const { bytes, offset } of logWindows(place)) {
    const hash = createHash('sha256').update(base).update(bytes).digest('hex');
    const first = offset === 0;
    const head = first ? 0 : opening.length;
    // Rows without their header are reported once, where the header should be.
    const hasRows = first || head > 0 || isLineLog(path);
    const cached = cache.get(path, hash);
    const found =
      cached === undefined
        ? windowFacts({
            snapshot,
            path,
            object,
            rules: ofWindows,
            content: below(first ? EMPTY : opening, bytes),
            hasRows,
          })
        : decodeWindow(path, cached);
    if (cached === undefined) cache.put(path, hash, encodeWindow(path, found));
    keys.push(found.keys);
    joined.add(found, { ...(first ? NO_SIZE : openingSize), offset: offset - head });
  }
  const again = object.key.length === 0 ? new Set<number>() : repeatedKeys(keys);
  return joined.facts(
    again.size === 0
      ? []
      : repeatedKey(object, logRecords({ path: place, file: path, spec: object }), again),
  );
}

/** Windows below the opening, in a buffer that each of them reuses. */
function belowOpening(): (opening: Buffer, bytes: Buffer) => Buffer {
  let buffer = EMPTY;
  return (opening, bytes) => {
    const length = opening.length + bytes.length;
    if (buffer.length < length) buffer = Buffer.allocUnsafe(2 * length);
    opening.copy(buffer);
    bytes.copy(buffer, opening.length);
    return buffer.subarray(0, length);
  };
}

type Read = WindowFacts & { readonly keys: KeyHashes };

function windowFacts(source: {
  readonly snapshot: Snapshot;
  readonly path: string;
  readonly object: ObjectSpec;
  readonly rules: readonly FileRule[];
  readonly content: Buffer;
  readonly hasRows: boolean;
}): Read {
  const { snapshot, path, object, rules, content } = source;
  const { schema } = snapshot;
  const text = isUtf8(content) ? decodeUtf8(content) : undefined;
  const doc = text === undefined ? undefined : scan(text);
  const objects = source.hasRows ? [object] : [];
  const read = doc === undefined || objects.length === 0 ? NOTHING : readRecords(doc, path, object);
  const bad = text === undefined ? { bad: badByte(content) } : {};
  hideLinks(content);
  const file: GovernedFile = {
    path,
    kind: contentKind(path) === 'markdown' ? 'markdown' : 'text',
    tier: routeOf(schema, path).tier,
    schema,
    objects,
    bytes: content,
    hash: () => sha256(content),
    text: text === undefined ? undefined : decodeUtf8(content),
    doc: contentKind(path) === 'markdown' ? doc : undefined,
    records: () => read.records,
    problems: read.diagnostics,
  };
  const keys = addKeys(read.records.map(({ key }) => key));
  const size = sizeOf(text ?? content.toString());
  return { facts: fileFacts(file, rules), ...size, keys, ...bad };
}

function sizeOf(text: string): { readonly lines: number; readonly units: number } {
  let lines = 0;
  for (let next = text.indexOf('\n'); next !== -1; next = text.indexOf('\n', next + 1)) lines++;
  return { lines, units: text.length };
}

/** Blanks out the links at the ends of rows, which look like encoded text; the gate checks them. */
function hideLinks(content: Buffer): void {
  for (let end = content.indexOf(NEWLINE); end !== -1; end = content.indexOf(NEWLINE, end + 1)) {
    const start = end - 2 - LINK_LENGTH;
    if (start > 0 && isHex(content, start, end - 2)) content.fill(BLANK, start, end - 2);
  }
}

function isHex(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (!((byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102))) return false;
  }
  return true;
}

function encodeWindow(path: string, { facts, keys, ...sizes }: Read): string {
  return `${JSON.stringify({ ...sizes, keys: keysText(keys) })}\n${encodeFacts(path, facts)}`;
}

function decodeWindow(path: string, text: string): Read {
  const end = text.indexOf('\n');
  const { keys, ...sizes } = JSON.parse(text.slice(0, end)) as Omit<Read, 'facts' | 'keys'> & {
    readonly keys: string;
  };
  return { ...sizes, keys: keysFrom(keys), facts: decodeFacts(path, text.slice(end + 1)) };
}
