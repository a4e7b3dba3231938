/** Converts pages that Nocturne reads to UTF-8 if their encoding is certain; keeps copies. */
import { decode, type ExistingFiles } from './existing-files.js';
import type { PlanDraft } from './setup-plan.js';

export type Recoding = {
  readonly draft: PlanDraft;
  /** Files that the caller writes itself. */
  readonly except: readonly string[];
  /** Whether Nocturne reads this file: all others keep their bytes. */
  readonly reads: (path: string) => boolean;
  /** The encoding that the owner named, for files without a byte order mark. */
  readonly encoding?: string;
};

/**
 * The directory with texts as they will be; `bytes` returns the current content. Nocturne never
 * guesses an encoding: a file without a byte order mark stays as it is unless the owner names one.
 */
export function recode(existing: ExistingFiles, options: Recoding): ExistingFiles {
  const { draft, except, reads } = options;
  const texts = new Map<string, string>();
  for (const path of existing.paths) {
    if (!/\.(?:md|markdown|txt)$/i.test(path) || existing.link(path) !== undefined || !reads(path))
      continue;
    const bytes = existing.bytes(path);
    if (bytes === undefined || decode(bytes) !== undefined) continue;
    const encoding = encodingOf(bytes) ?? options.encoding;
    const text = encoding === undefined ? undefined : decodeAs(bytes, encoding);
    if (text === undefined) continue;
    texts.set(path, text);
    if (except.includes(path)) continue;
    draft.keep(path, bytes);
    draft.write(path, text);
    draft.note(path, 'converted', `it was ${encoding ?? ''}; it is UTF-8 now`);
  }
  return texts.size === 0
    ? existing
    : { ...existing, text: (path) => texts.get(path) ?? existing.text(path) };
}

/** 0x80 to 0x9F in windows-1252, which Node 20 decodes as if it were Latin-1. */
const QUOTES = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function encodingOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

/** `undefined` if the bytes are not text of that encoding. */
function decodeAs(bytes: Buffer, encoding: string): string | undefined {
  if (encoding === 'windows-1252')
    return bytes
      .toString('latin1')
      .replace(/[\x80-\x9f]/g, (byte) => QUOTES[byte.charCodeAt(0) - 0x80] ?? byte);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
