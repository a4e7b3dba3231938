/**
 * `validate` when nothing has changed since the last time: the listing, the cached result, the
 * report, and nothing of the rest of the program. The build makes one file of this and of all that
 * it imports (`dist/validate.cjs`).
 */
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { insidePass } from '../../agents/inside-pass.js';
import { EXIT, type ExitCode } from '../../kernel/error.js';
import { jsonReport } from '../../report/json.js';
import { textReport } from '../../report/text.js';
import { countsOf } from '../../report/types.js';
import { readCachedResult, resultKey } from '../../validate/cached-result.js';
import { homeDirectory, stateDirectory } from '../../workspace/state-home.js';
import { walk } from '../../workspace/walk.js';
import { cacheGround } from './cache-ground.js';
import { namedRoot } from './find-root.js';
import { printError, printResult } from './print-result.js';

/**
 * `undefined` when there are words that it does not know, or no cached result is valid: then the
 * whole command has to run.
 */
export function validateLine(words: readonly string[], packageRoot: string): ExitCode | undefined {
  if (!words.every((word) => word === '--json' || word === '--quiet' || word === '--no-color'))
    return undefined;
  const [env, cwd, json] = [process.env, process.cwd(), words.includes('--json')];
  // What a pass may see is for the whole command line to say.
  if (insidePass(env) !== undefined) return undefined;
  try {
    const home = homeDirectory(env, cwd);
    const named = namedRoot({ cwd, env, workspace: undefined });
    // A host may know a workspace.
    if (named === undefined) return undefined;
    const root = realpathSync(named);
    const key = resultKey(
      { root, files: walk(root) },
      cacheGround({ root, state: stateDirectory(home, root), home, packageRoot }),
    );
    const found = key === undefined ? undefined : readCachedResult(root, key);
    if (found === undefined) return undefined;
    const color =
      !words.includes('--no-color') &&
      env['NO_COLOR'] === undefined &&
      (process.stdout.isTTY === true || env['FORCE_COLOR'] !== undefined);
    const width = process.stdout.columns ?? (Number(env['COLUMNS']) || 100);
    const exit = countsOf(found.diagnostics).errors > 0 ? EXIT.findings : EXIT.ok;
    return printResult(
      {
        exit,
        text: json
          ? ''
          : textReport(found, { color, width, textOf: (file) => readText(root, file) }),
        json: jsonReport(found),
      },
      json,
    );
  } catch (error) {
    return printError(error, { json, debug: false });
  }
}

function readText(root: string, file: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      readFileSync(join(root, file)),
    );
  } catch {
    return undefined;
  }
}
