/** Answers the requests of the editor about a place in a file. */
import {
  type Connection,
  LSPErrorCodes,
  type Position,
  ResponseError,
  type TextDocumentIdentifier,
} from 'vscode-languageserver/node';
import { NocturneError } from '../../kernel/error.js';
import { ANSWER, answerLenses, giveAnswer } from './answers.js';
import { codeActions } from './code-actions.js';
import { completions } from './completion.js';
import type { Findings } from './findings.js';
import { hover } from './hover.js';
import type { LiveWorkspace } from './live-workspace.js';
import { definitions, references } from './navigation.js';
import { prepareRename, rename } from './rename/rename.js';
import type { LspSettings } from './types.js';

export type Served = {
  readonly connection: Connection;
  readonly settings: LspSettings;
  readonly live: LiveWorkspace;
  readonly findings: Findings;
  /** Whether the editor moves files as part of an edit. */
  readonly canMove: () => boolean;
};

export function answerRequests({ connection, settings, live, findings, canMove }: Served): void {
  /** Of files that are not in the workspace, or not open, nothing is known. */
  const inFile = <P extends { readonly textDocument: TextDocumentIdentifier }, T>(
    params: P,
    use: (path: string) => T,
  ): T | null => {
    const path = live.paths.pathOf(params.textDocument.uri);
    return path === undefined || !live.open.has(path) ? null : told(() => use(path));
  };
  const at = <
    P extends { readonly textDocument: TextDocumentIdentifier; readonly position: Position },
    T,
  >(
    params: P,
    use: (place: { readonly path: string; readonly position: Position }) => T,
  ): T | null => inFile(params, (path) => use({ path, position: params.position }));

  connection.onCompletion((params) =>
    at(params, ({ path, position }) => [...completions(live, path, position)]),
  );
  connection.onHover((params) =>
    at(params, ({ path, position }) => hover(live, path, position) ?? null),
  );
  connection.onDefinition((params) => at(params, (place) => [...definitions(live, place)]));
  connection.onReferences((params) =>
    at(params, (place) => [
      ...references(live, { ...place, withDefinition: params.context.includeDeclaration }),
    ]),
  );
  connection.onPrepareRename((params) => at(params, (place) => prepareRename(live, place)));
  connection.onRenameRequest((params) =>
    at(params, (place) => rename(live, place, { newName: params.newName, canMove: canMove() })),
  );
  connection.onCodeAction((params) =>
    inFile(params, (path) => [...codeActions(live, findings, { path, ...params })]),
  );
  connection.onCodeLens((params) => inFile(params, (path) => [...answerLenses(live, path)]));
  connection.onExecuteCommand(async ({ command, arguments: args = [] }) => {
    if (command !== ANSWER) return null;
    try {
      return await giveAnswer(settings, { live, connection }, args);
    } catch (error) {
      throw asResponse(error);
    }
  });
}

function told<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw asResponse(error);
  }
}

/** Editors show the message of a request that failed. */
function asResponse(error: unknown): unknown {
  if (!(error instanceof NocturneError)) return error;
  const { message, hint } = error;
  return new ResponseError(
    LSPErrorCodes.RequestFailed,
    hint === undefined ? message : `${message}\n${hint}`,
    error.document,
  );
}
