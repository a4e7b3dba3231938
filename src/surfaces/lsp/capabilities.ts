/** What the server can do, as it tells the editor. */
import {
  CodeActionKind,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { ANSWER } from './answers.js';
import { FIX_ALL } from './code-actions.js';

export function capabilities(version: string): InitializeResult {
  return {
    serverInfo: { name: 'nocturne', version },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      completionProvider: { triggerCharacters: [':', ' ', '-', '*', '|', '[', '(', ',', '.'] },
      hoverProvider: true,
      definitionProvider: true,
      referencesProvider: true,
      renameProvider: { prepareProvider: true },
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL] },
      codeLensProvider: {},
      executeCommandProvider: { commands: [ANSWER] },
    },
  };
}

/** Whether the editor moves files as part of an edit. */
export function canMoveFiles({ capabilities: { workspace } }: InitializeParams): boolean {
  const edit = workspace?.workspaceEdit;
  return edit?.documentChanges === true && edit.resourceOperations?.includes('rename') === true;
}
