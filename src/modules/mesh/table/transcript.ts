/** What was said at a table, as text: for the speakers, and on its page for the owner. */
import { keptBody } from '../../../agents/kept-text.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Workspace } from '../../../workspace/types.js';
import { textIn } from '../text-folder.js';
import type { Table } from './table.js';
import { tablesDirectory } from './table-list.js';

const MOST_SPEECH = 8_000;

export function transcriptOf(state: string, { settings, said }: Table): string {
  const folder = tablesDirectory(state);
  const lines = said.map((each) => {
    if (each.kind === 'passed') return `## ${each.turn}. ${each.node} passed\n\n${each.why}\n`;
    const text = textIn(folder, settings.session, each.sha256) ?? each.summary;
    return `## ${each.turn}. ${each.node}\n\n${keptBody(text.slice(0, MOST_SPEECH))}`;
  });
  return lines.join('\n');
}

/** Once: a page that is there stays. */
export function writeTranscript(workspace: Workspace, table: Table): void {
  const { session, project, topic, chair, speakers } = table.settings;
  const by = { actor: { kind: 'nocturne', name: 'mesh' }, runId: '' } as const;
  workspace.commit((view) => {
    if (view.record('MESH-TABLE', session) !== undefined) return { ...by, reason: '', changes: [] };
    const { changes } = bundleChanges(view, 'mesh_table_write', {
      key: session,
      project: project || null,
      topic,
      chair,
      speakers: [...speakers],
      turns: table.said.length,
      passed: table.said.filter(({ kind }) => kind === 'passed').length,
      body: transcriptOf(workspace.state, table),
    });
    return { ...by, reason: `table ${session} is over`, bundle: 'mesh_table_write', changes };
  });
}
