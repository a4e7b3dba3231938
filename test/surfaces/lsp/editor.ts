/** An editor for tests: a real client of the language server, over the stdio of the real process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentPositionParams,
  type TextEdit,
  WorkDoneProgress,
  WorkDoneProgressCreateRequest,
  type WorkspaceEdit,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));

const CAPABILITIES: ClientCapabilities = {
  window: { workDoneProgress: true },
  workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['rename'] } },
};

export type Shown = { readonly version: number | undefined; readonly found: readonly Diagnostic[] };
type Waiting = { readonly holds: () => boolean; readonly done: () => void };

export class Editor {
  readonly root: string;
  readonly connection: ProtocolConnection;
  readonly initialized: Promise<InitializeResult>;
  /** What the server said about checks of the whole workspace: `create`, `begin` and `end`. */
  readonly progress: string[] = [];
  readonly #child: ChildProcess;
  readonly #texts = new Map<string, TextDocument>();
  readonly #shown = new Map<string, Shown>();
  readonly #changed = new Set<string>();
  #waiting: Waiting[] = [];
  stderr = '';

  /** @param folder as which the editor opens the workspace. */
  constructor(
    place: { readonly root: string; readonly home: string },
    options: { readonly capabilities?: ClientCapabilities; readonly folder?: string } = {},
  ) {
    this.root = options.folder ?? place.root;
    this.#child = spawn(process.execPath, [BIN, 'lsp', '--stdio', '--workspace', place.root], {
      env: { PATH: process.env['PATH'], NOCTURNE_HOME: place.home },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { stdin, stdout, stderr } = this.#child;
    if (stdin === null || stdout === null) throw new Error('the server has no stdio');
    stderr?.on('data', (part: Buffer) => (this.stderr += part.toString()));
    this.connection = createProtocolConnection(
      new StreamMessageReader(stdout),
      new StreamMessageWriter(stdin),
    );
    this.connection.onNotification(
      PublishDiagnosticsNotification.type,
      ({ uri, version, diagnostics }) => {
        this.#shown.set(uri, { version, found: diagnostics });
        this.#look();
      },
    );
    this.connection.onRequest(WorkDoneProgressCreateRequest.type, ({ token }) => {
      this.progress.push('create');
      this.connection.onProgress(WorkDoneProgress.type, token, ({ kind }) => {
        this.progress.push(kind);
        this.#look();
      });
    });
    this.connection.listen();
    this.initialized = this.#begin(options.capabilities ?? CAPABILITIES);
  }

  async #begin(capabilities: ClientCapabilities): Promise<InitializeResult> {
    const uri = pathToFileURL(this.root).href;
    const result = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'workspace' }],
      capabilities,
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    return result;
  }

  uriOf(path: string): string {
    return pathToFileURL(join(this.root, path)).href;
  }

  /** The text that the editor shows. */
  text(path: string): string {
    return this.#document(path).getText();
  }

  async open(path: string, text = readFileSync(join(this.root, path), 'utf8')): Promise<void> {
    await this.initialized;
    const uri = this.uriOf(path);
    const document = TextDocument.create(uri, 'markdown', 1, text.replace(/^\uFEFF/, ''));
    this.#texts.set(path, document);
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: 'markdown', version: 1, text: document.getText() },
    });
  }

  /** Replaces the only occurrence of a text, as one keystroke would. */
  async replace(path: string, before: string, after: string): Promise<void> {
    const document = this.#document(path);
    const start = document.getText().indexOf(before);
    if (start < 0) throw new Error(`${path} does not have ${before}`);
    const range = {
      start: document.positionAt(start),
      end: document.positionAt(start + before.length),
    };
    const version = document.version + 1;
    this.#changed.add(path);
    this.#texts.set(path, TextDocument.update(document, [{ range, text: after }], version));
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: document.uri, version },
      contentChanges: [{ range, text: after }],
    });
  }

  /** The position of a text, or of the mark `‸` in it. */
  at(path: string, marked: string): Position {
    const [before = '', after = ''] = marked.includes('‸') ? marked.split('‸') : ['', marked];
    const document = this.#document(path);
    const start = document.getText().indexOf(before + after);
    if (start < 0) throw new Error(`${path} does not have ${before + after}`);
    return document.positionAt(start + before.length);
  }

  /** Where the cursor is in a request. */
  place(path: string, marked: string): TextDocumentPositionParams {
    return { textDocument: { uri: this.uriOf(path) }, position: this.at(path, marked) };
  }

  /** What a text edit makes of a file, open or not. */
  edited(path: string, edits: readonly TextEdit[]): string {
    const text = this.#texts.get(path)?.getText() ?? readFileSync(join(this.root, path), 'utf8');
    return TextDocument.applyEdits(TextDocument.create('', '', 1, text), [...edits]);
  }

  /** Carries out an edit of the workspace and saves everything, as an editor does. */
  apply({ documentChanges = [] }: WorkspaceEdit): void {
    for (const change of documentChanges) {
      if (!('kind' in change)) {
        const path = this.pathOf(change.textDocument.uri);
        writeFileSync(join(this.root, path), this.edited(path, change.edits as TextEdit[]));
      } else if (change.kind === 'rename')
        renameSync(fileURLToPath(change.oldUri), fileURLToPath(change.newUri));
    }
  }

  pathOf(uri: string): string {
    return relative(this.root, fileURLToPath(uri));
  }

  /** What is shown about the current text of a file, once something holds. */
  async shows(
    path: string,
    holds: (found: readonly Diagnostic[]) => boolean = () => true,
  ): Promise<readonly Diagnostic[]> {
    const uri = this.uriOf(path);
    const current = (): Shown | undefined => {
      const shown = this.#shown.get(uri);
      const version = this.#texts.get(path)?.version;
      return shown?.version === version ? shown : undefined;
    };
    await this.until(() => {
      const shown = current();
      return shown !== undefined && holds(shown.found);
    });
    return current()?.found ?? [];
  }

  /** Waits for the end of the check of the whole workspace that is due or running. */
  async settled(): Promise<void> {
    for (const path of this.#changed) await this.shows(path);
    const count = (kind: string): number => this.progress.filter((it) => it === kind).length;
    await this.until(() => count('create') > 0 && count('create') === count('end'));
  }

  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((done) => this.#waiting.push({ holds, done }));
  }

  #look(): void {
    const ready = this.#waiting.filter(({ holds }) => holds());
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting));
    for (const { done } of ready) done();
  }

  #document(path: string): TextDocument {
    const document = this.#texts.get(path);
    if (document === undefined) throw new Error(`${path} is not open`);
    return document;
  }

  /** @returns the exit code of the server. */
  async close(): Promise<number | null> {
    const ended = new Promise<number | null>((done) => this.#child.once('exit', done));
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    const exit = await ended;
    this.connection.dispose();
    return exit;
  }
}
