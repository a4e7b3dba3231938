/** The tools of a workspace: those of the core, and of the modules that REGISTRY.md enables now. */
import type { Tool, ToolDoor } from '../tools/tool.js';
import { toolsOf } from '../tools/tools.js';
import type { Workspace } from '../workspace/types.js';
import { installedModules } from './installed.js';

/** A module cannot replace a tool of the core or of an earlier module. */
export async function servedTools(
  workspace: Pick<Workspace, 'snapshot'>,
  door: ToolDoor,
): Promise<readonly Tool[]> {
  const enabled = new Set(
    workspace
      .snapshot()
      .schema.modules.filter((row) => row.enabled)
      .map((row) => row.name),
  );
  const brought = (await installedModules())
    .filter((module) => enabled.has(module.name))
    .flatMap((module) => module.tools ?? [])
    .filter((tool) => tool.doors.includes(door));
  return [
    ...new Map([...toolsOf(door), ...brought].reverse().map((tool) => [tool.name, tool])).values(),
  ].reverse();
}
