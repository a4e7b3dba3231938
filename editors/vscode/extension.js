// Starts `nocturne lsp` for each open folder that has a REGISTRY.md. Everything else is the server's.
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { workspace } = require('vscode');
const { LanguageClient, TransportKind } = require('vscode-languageclient/node');

/** @type {Map<string, LanguageClient>} */
const clients = new Map();

exports.activate = async () => {
  workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
    for (const folder of added) void start(folder);
    for (const folder of removed) void stop(folder.uri.toString());
  });
  await Promise.all((workspace.workspaceFolders ?? []).map(start));
};

exports.deactivate = () => Promise.all([...clients.keys()].map(stop));

async function start(folder) {
  const root = folder.uri.fsPath;
  const id = folder.uri.toString();
  if (folder.uri.scheme !== 'file' || clients.has(id) || !existsSync(join(root, 'REGISTRY.md')))
    return;
  const [command, ...args] = workspace.getConfiguration('nocturne').get('command');
  const client = new LanguageClient(
    'nocturne',
    'Nocturne',
    {
      command,
      args: [...args, '--workspace', root],
      options: { cwd: root },
      transport: TransportKind.stdio,
    },
    {
      workspaceFolder: folder,
      documentSelector: [{ scheme: 'file', pattern: `${root.replaceAll('\\', '/')}/**/*` }],
    },
  );
  clients.set(id, client);
  await client.start();
}

async function stop(id) {
  const client = clients.get(id);
  clients.delete(id);
  await client?.stop();
}
