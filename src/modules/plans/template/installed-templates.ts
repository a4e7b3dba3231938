/** The templates of a workspace, and what a template looks up there. */
import { posix } from 'node:path';
import { fileRange } from '../../../kernel/diagnostic.js';
import { globMatches } from '../../../kernel/glob.js';
import { projectWrite } from '../../../project/project-writes.js';
import { NocturneError } from '../../../kernel/error.js';
import { defined } from '../../../kernel/defined.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Problem } from './problem.js';
import { readTemplate, type TemplateRead, templatePath, TEMPLATES } from './read-template.js';

export function templateIds(snapshot: Snapshot): readonly string[] {
  const ids = [...snapshot.files.keys()].map(
    (path) => /^orchestration-os\/plan-templates\/([^/]+)\.yaml$/.exec(path)?.[1] ?? '',
  );
  return ids.filter((id) => id !== '').sort();
}

/** A template that is not there has the problem that it is not there. */
export function templateOf(snapshot: Snapshot, id: string): TemplateRead {
  const file = templatePath(id);
  const text = snapshot.text(file);
  if (text !== undefined) return readTemplate(file, text);
  const ids = templateIds(snapshot);
  const problem: Problem = {
    range: fileRange(file),
    message: `there is no template ${id}`,
    expected: ids.join(', ') || `a file of ${TEMPLATES}`,
    actual: id,
    ...defined({ hint: didYouMean(id, ids) }),
  };
  return { kind: 'problems', problems: [problem], missing: true };
}

/** Globs are relative to the project, or with `/` to the workspace; paths to the project. */
export function filesOf(snapshot: Snapshot, project: string): (glob: string) => readonly string[] {
  return (glob) =>
    [...snapshot.files]
      .filter(
        ([path, { kind }]) => kind === 'file' && globMatches(projectWrite(project, glob), path),
      )
      .map(([path]) => posix.relative(`PROJECTS/${project}`, path))
      .sort();
}

/** @throws NocturneError `BAD_VALUE` with the first of `problems`; the others are its reasons. */
export function refuse(problems: readonly Problem[]): never {
  const [first] = problems;
  const { file, line, column } = first?.range ?? {};
  throw new NocturneError('BAD_VALUE', problems.map(({ message }) => message).join('; '), {
    ...defined({ file, line, column }),
    hint: first?.hint,
    reasons: problems.map(({ range, message }) => ({
      code: 'plan-template',
      message: `${range.file}:${range.line}:${range.column}: ${message}`,
    })),
  });
}
