/**
 * The tools that a workspace is served with: those of the core, and of the installed modules that
 * REGISTRY.md enables at this moment.
 */
import { installedModules } from '../../modules/installed.js';
import type { Workspace } from '../../workspace/types.js';
import { MCP_TOOLS, type McpTool } from './tool-table.js';

/** A module cannot take a name of the core's, nor one of a module before it. */
export async function servedTools(
  workspace: Pick<Workspace, 'snapshot'>,
): Promise<readonly McpTool[]> {
  const enabled = new Set(
    workspace
      .snapshot()
      .schema.modules.filter((row) => row.enabled)
      .map((row) => row.name),
  );
  const brought = (await installedModules())
    .filter((module) => enabled.has(module.name))
    .flatMap((module) => module.tools ?? []);
  return [
    ...new Map([...MCP_TOOLS, ...brought].reverse().map((tool) => [tool.name, tool])).values(),
  ].reverse();
}
