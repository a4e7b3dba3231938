/**
 * What is wrong, while somebody types: at once by the rules that take no time, and by all rules
 * soon after, in another thread. Until then, the earlier findings of the other rules are marked.
 */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { messageOf } from '../../kernel/error.js';
import type { LiveWorkspace } from './live-workspace.js';
import { moved } from './moved-lines.js';
import type { LspSettings, Texts } from './types.js';

/** A pause in which nobody types, and the longest wait without one. */
const QUIET_MS = 150;
const LONGEST_WAIT_MS = 700;

const MARK = /^\uFEFF/;

export type Finding = { readonly diagnostic: Diagnostic; readonly pending: boolean };
type Outlet = {
  /** All findings of one file. */
  readonly show: (path: string, findings: readonly Finding[]) => void;
  /** Whether a check of the whole workspace is due or running. */
  readonly busy: (busy: boolean) => void;
};
/** Of the rules that only ran over the whole workspace. `text`: what the editor had then. */
type Slow = { readonly diagnostics: readonly Diagnostic[]; readonly text: string | undefined };

export class Findings {
  readonly #live: LiveWorkspace;
  readonly #settings: LspSettings;
  readonly #outlet: Outlet;
  readonly #quick = new Map<string, readonly Diagnostic[]>();
  #slow = new Map<string, Slow>();
  #dueSince: number | undefined;
  /** Whether something changed that the last check of the whole workspace did not see. */
  #pending = false;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #closed = false;

  constructor(live: LiveWorkspace, settings: LspSettings, outlet: Outlet) {
    this.#live = live;
    this.#settings = settings;
    this.#outlet = outlet;
  }

  /** The text of an open file changed. */
  changed(path: string): void {
    this.#quick.set(path, this.#live.validate(path));
    this.checkSoon();
    this.#show(path);
  }

  closed(path: string): void {
    this.#quick.delete(path);
    this.checkSoon();
  }

  /** Something on the disk changed. */
  checkSoon(): void {
    if (this.#closed) return;
    const now = performance.now();
    if (!this.#pending) {
      this.#pending = true;
      this.#outlet.busy(true);
      for (const path of this.#live.open.keys()) this.#show(path);
    }
    this.#dueSince ??= now;
    const wait = Math.min(QUIET_MS, Math.max(0, this.#dueSince + LONGEST_WAIT_MS - now));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), wait);
  }

  /** The current findings of a file. */
  of(path: string): readonly Finding[] {
    return this.#findings(path);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #check(): Promise<void> {
    if (this.#running || this.#closed) return;
    this.#running = true;
    this.#dueSince = undefined;
    try {
      const texts = this.#live.texts();
      const quick = new Map(this.#quick);
      const found = await this.#settings.check(texts);
      const isNew = await this.#live.readFacts();
      if (this.#closed) return;
      this.#take(found, { texts, quick });
      if (isNew) for (const path of this.#live.open.keys()) this.changed(path);
    } catch (error) {
      this.#settings.say(`lsp: ${messageOf(error)}`);
    } finally {
      this.#running = false;
    }
    if (this.#dueSince !== undefined) this.checkSoon();
    else if (!this.#pending) this.#outlet.busy(false);
  }

  #take(
    found: readonly Diagnostic[],
    {
      texts,
      quick,
    }: { readonly texts: Texts; readonly quick: ReadonlyMap<string, readonly Diagnostic[]> },
  ): void {
    const byFile = new Map<string, Diagnostic[]>();
    for (const diagnostic of found) {
      const { file } = diagnostic.range;
      byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
    }
    const shown = new Set([...this.#slow.keys(), ...this.#live.open.keys(), ...byFile.keys()]);
    const slow = new Map<string, Slow>();
    for (const path of shown) {
      const all = byFile.get(path) ?? [];
      const atOnce = new Set((quick.get(path) ?? []).map(identity));
      const diagnostics = all.filter((diagnostic) => !atOnce.has(identity(diagnostic)));
      const text = this.#live.open.has(path) ? textAt(this.#live, path, texts) : undefined;
      if (text !== undefined || diagnostics.length > 0) slow.set(path, { diagnostics, text });
      if (text !== undefined && text === textOf(this.#live, path)) this.#confirm(path, all);
    }
    this.#slow = slow;
    this.#pending = this.#dueSince !== undefined;
    for (const path of shown) this.#show(path);
  }

  /** What was found at once may have been about another file that changed since. */
  #confirm(path: string, all: readonly Diagnostic[]): void {
    const found = new Set(all.map(identity));
    const quick = this.#quick.get(path) ?? [];
    this.#quick.set(
      path,
      quick.filter((diagnostic) => found.has(identity(diagnostic))),
    );
  }

  #show(path: string): void {
    this.#outlet.show(path, this.#findings(path));
  }

  #findings(path: string): readonly Finding[] {
    const quick = this.#quick.get(path) ?? [];
    const slow = this.#slow.get(path);
    const pending = this.#pending && this.#live.open.has(path);
    const now = textOf(this.#live, path);
    const earlier =
      slow?.text === undefined || now === undefined || slow.text === now
        ? (slow?.diagnostics ?? [])
        : moved(slow.diagnostics, slow.text, now);
    const known = new Set(quick.map(identity));
    return [
      ...quick.map((diagnostic) => ({ diagnostic, pending: false })),
      ...earlier
        .filter((diagnostic) => !known.has(identity(diagnostic)))
        .map((diagnostic) => ({ diagnostic, pending })),
    ];
  }
}

/** What the editor showed when the check began. */
function textAt(live: LiveWorkspace, path: string, texts: Texts): string | undefined {
  const text = texts.get(path) ?? live.saved().text(path);
  return text?.replace(MARK, '');
}

/** What the editor shows now. */
function textOf(live: LiveWorkspace, path: string): string | undefined {
  return live.open.get(path)?.getText().replace(MARK, '');
}

function identity({ rule, message, range }: Diagnostic): string {
  return `${rule}\0${range.line}:${range.column}\0${message}`;
}
