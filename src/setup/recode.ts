/** Rewrites texts that are not UTF-8, and copies the originals. */
import { decode, type ExistingFiles } from './existing-files.js';
import type { PlanDraft } from './setup-plan.js';

/**
 * The directory with texts as they will be; `bytes` returns the current content. @param at.except
 * files that the caller writes itself.
 */
export function recode(
  existing: ExistingFiles,
  options: { readonly draft: PlanDraft; readonly except: readonly string[] },
): ExistingFiles {
  const { draft, except } = options;
  const texts = new Map<string, string>();
  for (const path of existing.paths) {
    if (!/\.(?:md|markdown|txt)$/i.test(path) || existing.link(path) !== undefined) continue;
    const bytes = existing.bytes(path);
    if (bytes === undefined || decode(bytes) !== undefined) continue;
    const encoding = encodingOf(bytes);
    texts.set(path, new TextDecoder(encoding).decode(bytes));
    if (except.includes(path)) continue;
    draft.keep(path, bytes);
    draft.write(path, texts.get(path) ?? '');
    draft.note(path, 'converted', `it was ${encoding}; it is UTF-8 now`);
  }
  return texts.size === 0
    ? existing
    : { ...existing, text: (path) => texts.get(path) ?? existing.text(path) };
}

/** By the byte order mark; otherwise windows-1252, in which every byte is a character. */
function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'windows-1252';
}
