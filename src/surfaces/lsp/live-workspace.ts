/** The workspace with the unsaved texts of the editor, and the facts of every file. */
import { lineMap, rangeAt } from '../../kernel/text-position.js';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Range as EditorRange } from 'vscode-languageserver/node';
import { WarmSnapshot } from '../../passes/warm-snapshot.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { KeptRows } from '../../markdown/kept-rows.js';
import { FactsIndex } from '../../validate/facts-index.js';
import { KnownRows } from '../../validate/known-rows.js';
import { factsOf, validateFile } from '../../validate/validate-file.js';
import { withSchemaOf } from '../../validate/validate-draft.js';
import { isLongLog } from '../../workspace/log-windows.js';
import { overlay } from '../../workspace/overlay.js';
import type { FileEntry, Snapshot } from '../../workspace/types.js';
import { isIgnored } from '../../workspace/walk.js';
import { Paths, type PlacedText, toEditor, withMark } from './places.js';
import type { LspSettings, Texts } from './types.js';

export class LiveWorkspace {
  readonly paths: Paths;
  readonly #settings: LspSettings;
  readonly #warm: WarmSnapshot;
  readonly #open = new Map<string, TextDocument>();
  readonly #rows = new KeptRows();
  readonly #known = new KnownRows();
  #index: FactsIndex | undefined;
  /** The snapshot that the facts are of. */
  #indexed: Snapshot | undefined;

  /** @param onDisk called when something on the disk may have changed. */
  constructor(settings: LspSettings, onDisk: () => void) {
    this.#settings = settings;
    this.paths = new Paths(settings.workspace.root);
    this.#warm = new WarmSnapshot(settings.workspace, onDisk, { follow: true });
  }

  async watch(): Promise<void> {
    await this.#warm.watch();
  }

  async close(): Promise<void> {
    await this.#warm.close();
  }

  /** The open files of the workspace. Long logs are not among them: nobody edits them. */
  get open(): ReadonlyMap<string, TextDocument> {
    return this.#open;
  }

  /** @returns the path of a document that is now open, unless it is not in the workspace. */
  setOpen(document: TextDocument): string | undefined {
    const path = this.paths.pathOf(document.uri);
    if (path === undefined || isIgnored(path) || isLongLog(this.#warm.current(), path))
      return undefined;
    this.paths.keep(path, document.uri);
    this.#open.set(path, document);
    return path;
  }

  setClosed(document: TextDocument): string | undefined {
    const path = this.paths.pathOf(document.uri);
    if (path === undefined || !this.#open.delete(path)) return undefined;
    this.paths.forget(path);
    this.#rows.forget(path);
    this.#factsFromDisk(path);
    return path;
  }

  /** The texts that differ from those on the disk. @param also a file of which they need not. */
  texts(also?: string): Texts {
    const saved = this.#warm.current();
    const texts = new Map<string, string>();
    for (const [path, document] of this.#open) {
      const onDisk = saved.text(path);
      const text = withMark(document.getText(), onDisk);
      if (text !== onDisk || path === also) texts.set(path, text);
    }
    return texts;
  }

  /**
   * The workspace as it would be if everything were saved now.
   * @param edited a file whose rows are known from the text before.
   */
  snapshot(edited?: string): Snapshot {
    const [saved, texts] = [this.#warm.current(), this.texts(edited)];
    return texts.has(saved.schema.file)
      ? withSchemaOf(saved, texts)
      : overlay(saved, texts, this.#rows);
  }

  /** As it is on the disk. */
  saved(): Snapshot {
    return this.#warm.current();
  }

  /** The facts of every file, the open ones as they are in the editor. Empty until it is known. */
  get index(): FactsIndex {
    return this.#index ?? new FactsIndex([]);
  }

  /** Reads the facts of all files, with the cache that a check has filled, unless it has them. */
  async readFacts(): Promise<boolean> {
    const snapshot = this.#warm.current();
    if (this.#index !== undefined && this.#indexed?.schema === snapshot.schema) return false;
    this.#index = new FactsIndex(await this.#settings.factsOf(snapshot));
    this.#indexed = snapshot;
    return true;
  }

  /** The findings of one file by the rules that take no time. */
  validate(path: string): readonly Diagnostic[] {
    this.#followDisk();
    return validateFile(this.snapshot(path), path, {
      index: this.#index,
      rules: this.#settings.rules,
      known: this.#known,
    });
  }

  /** A text with its lines, for places in the editor. */
  placed(snapshot: Snapshot, path: string): PlacedText {
    const text = snapshot.text(path) ?? '';
    const shown = this.#open.get(path)?.getText() ?? '';
    return {
      text,
      starts: [...lineMap(text).starts],
      countsMark: shown.startsWith('\uFEFF'),
    };
  }

  /** The place of offsets, as the editor counts. */
  rangeOf(placed: PlacedText, start: number, end: number): EditorRange {
    const { text, starts, countsMark } = placed;
    return toEditor(rangeAt({ starts, length: text.length }, '', start, end), countsMark);
  }

  /** Takes over what changed on the disk since the facts were read. */
  #followDisk(): void {
    const [before, now] = [this.#indexed, this.#warm.current()];
    if (this.#index === undefined || before === undefined || before === now) return;
    this.#indexed = now;
    if (before.schema !== now.schema) {
      this.#index = undefined;
      return;
    }
    for (const [path, entry] of now.files)
      if (!isSame(before.files.get(path), entry)) this.#factsFromDisk(path);
    for (const path of before.files.keys()) if (!now.files.has(path)) this.#factsFromDisk(path);
  }

  #factsFromDisk(path: string): void {
    const saved = this.#warm.current();
    if (this.#index === undefined || this.#open.has(path) || isLongLog(saved, path)) return;
    const facts = factsOf(saved, path);
    if (facts === undefined) this.#index.delete(path);
    else this.#index.set(path, facts);
  }
}

function isSame(before: FileEntry | undefined, now: FileEntry): boolean {
  return (
    before !== undefined &&
    before.size === now.size &&
    before.mtimeMs === now.mtimeMs &&
    before.ctimeMs === now.ctimeMs &&
    before.ino === now.ino
  );
}
