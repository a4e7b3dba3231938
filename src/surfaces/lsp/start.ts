/** Serves one editor on standard input and output. */
import { TextDocument } from 'vscode-languageserver-textdocument';
import {
  type Connection,
  createConnection,
  type InitializeParams,
  TextDocuments,
} from 'vscode-languageserver/node';
import { aborted } from '../../kernel/aborted.js';
import { defined } from '../../kernel/defined.js';
import { messageOf } from '../../kernel/error.js';
import { Busy } from './busy.js';
import { canMoveFiles, capabilities } from './capabilities.js';
import { editorDiagnostic } from './editor-diagnostic.js';
import { Findings } from './findings.js';
import { LiveWorkspace } from './live-workspace.js';
import { answerRequests } from './requests.js';
import type { LspSettings } from './types.js';

/** Returns when the signal ends it; the process ends when the editor says so or disconnects. */
export async function startLsp(settings: LspSettings): Promise<void> {
  const connection = createConnection(process.stdin, process.stdout);
  const live = new LiveWorkspace(settings, () => findings.checkSoon());
  const busy = new Busy(connection);
  const findings = new Findings(live, settings, {
    show: publisher(connection, { live, say: settings.say }),
    busy: (is) => busy.set(is),
  });
  let canMove = false;
  connection.onInitialize((params) => {
    busy.shown = params.capabilities.window?.workDoneProgress === true;
    canMove = canMoveFiles(params);
    for (const { uri } of foldersOf(params)) live.paths.opened(uri);
    return capabilities(settings.version);
  });
  connection.onInitialized(() => {
    findings.checkSoon();
    live.watch().catch((error: unknown) => {
      settings.say(`lsp: files are not watched, so each is read again: ${messageOf(error)}`);
    });
  });
  followDocuments(connection, live, findings);
  answerRequests({ connection, settings, live, findings, canMove: () => canMove });
  connection.listen();
  await aborted(settings.signal);
  findings.close();
  await live.close();
  connection.dispose();
}

function foldersOf({
  workspaceFolders,
  rootUri,
}: InitializeParams): readonly { readonly uri: string }[] {
  return workspaceFolders ?? (rootUri === null || rootUri === undefined ? [] : [{ uri: rootUri }]);
}

function followDocuments(connection: Connection, live: LiveWorkspace, findings: Findings): void {
  const documents = new TextDocuments(TextDocument);
  documents.onDidChangeContent(({ document }) => {
    const path = live.setOpen(document);
    if (path !== undefined) findings.changed(path);
  });
  documents.onDidClose(({ document }) => {
    const path = live.setClosed(document);
    if (path !== undefined) findings.closed(path);
  });
  documents.listen(connection);
}

/** Sends the findings of a file unless the editor has the same ones. */
function publisher(
  connection: Connection,
  { live, say }: { readonly live: LiveWorkspace; readonly say: (line: string) => void },
): ConstructorParameters<typeof Findings>[2]['show'] {
  const sent = new Map<string, string>();
  return (path, findings) => {
    const version = live.open.get(path)?.version;
    const snapshot = live.saved();
    const uri = live.paths.uriOf(path);
    const diagnostics = findings.map((finding) => editorDiagnostic(live, snapshot, finding));
    const text = JSON.stringify([version, diagnostics]);
    const isNothing = diagnostics.length === 0 && version === undefined;
    if (sent.get(uri) === text || (isNothing && !sent.has(uri))) return;
    if (isNothing) sent.delete(uri);
    else sent.set(uri, text);
    connection
      .sendDiagnostics({ uri, diagnostics, ...defined({ version }) })
      .catch((error: unknown) => say(`lsp: ${messageOf(error)}`));
  };
}
