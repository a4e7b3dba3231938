/** Paths of a plan are relative to its project, paths of passes to the workspace. */
import { projectWrite } from '../../../project/project-writes.js';

type Hashes = Readonly<Record<string, string>>;

/** `../` leads out of the project, and `/` to the root of the workspace. */
export function inWorkspace(project: string, globs: readonly string[]): readonly string[] {
  return globs.map((glob) => {
    const isExcluded = glob.startsWith('!');
    const path = projectWrite(project, isExcluded ? glob.slice(1) : glob);
    return isExcluded ? `!${path}` : path;
  });
}

export function inProject(project: string, hashes: Hashes): Hashes {
  const folder = `PROJECTS/${project}/`;
  return Object.fromEntries(
    Object.entries(hashes).map(([path, hash]) => [
      path.startsWith(folder) ? path.slice(folder.length) : `/${path}`,
      hash,
    ]),
  );
}
