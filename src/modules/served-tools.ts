/**
 * The tools that a workspace is served with: those of the core, and of the installed modules that
 * REGISTRY.md enables at this moment.
 */
import type { Tool, ToolDoor } from '../tools/tool.js';
import { toolsOf } from '../tools/tools.js';
import type { Workspace } from '../workspace/types.js';
import { installedModules } from './installed.js';

/** A module cannot take a name of the core's, nor one of a module before it. */
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
