/** Whether the terminal shows links (OSC 8). It cannot be asked, so it is known by its name. */

type Environment = Readonly<Record<string, string | undefined>>;

const PROGRAMS = new Set(['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper', 'Tabby', 'rio']);
const TERMS = /^(?:xterm-kitty|xterm-ghostty|alacritty|foot|contour|wezterm)/;
/** VTE (GNOME Terminal and others) since 0.50. */
const OLDEST_VTE = 5000;

/** `FORCE_HYPERLINK` decides, as for other programs: `0` is no, anything else yes. */
export function terminalHasLinks(env: Environment): boolean {
  const forced = env['FORCE_HYPERLINK'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (process.stdout.isTTY !== true || env['CI'] !== undefined || env['TERM'] === 'dumb')
    return false;
  return (
    PROGRAMS.has(env['TERM_PROGRAM'] ?? '') ||
    TERMS.test(env['TERM'] ?? '') ||
    ['WT_SESSION', 'DOMTERM', 'KONSOLE_VERSION'].some((name) => env[name] !== undefined) ||
    Number(env['VTE_VERSION'] ?? 0) >= OLDEST_VTE
  );
}
