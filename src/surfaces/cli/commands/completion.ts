/** `completion`: scripts for bash, zsh and fish that call `nocturne __complete` at each tab. */
import { NocturneError } from '../../../kernel/error.js';
import { ok } from '../result.js';
import type { Command } from '../types.js';

const BASH = `# nocturne completion for bash: source it, or put it into ~/.local/share/bash-completion/completions/nocturne
_nocturne() {
  local line="\${COMP_LINE:0:COMP_POINT}" current
  local -a words
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  local IFS=$'\\n'
  COMPREPLY=($(nocturne __complete -- "\${words[@]:1}" 2>/dev/null))
  # Readline replaces only what follows the last of its word breaks.
  local cut="\${current%"\${COMP_WORDS[COMP_CWORD]}"}"
  [[ -n "$cut" && "$current" == *[=:]* ]] && COMPREPLY=("\${COMPREPLY[@]#"$cut"}")
  [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *[=.[] ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o default -F _nocturne nocturne
`;
const ZSH = `#compdef nocturne
# nocturne completion for zsh: put it into a directory of $fpath as _nocturne
_nocturne() {
  local -a found open closed
  found=("\${(@f)$(nocturne __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  (( $#found )) || { _files; return }
  open=("\${(@M)found:#*[=.\\[]}")
  closed=("\${(@)found:#*[=.\\[]}")
  (( $#open )) && compadd -S '' -a open
  (( $#closed )) && compadd -a closed
}
if [[ "$funcstack[1]" = _nocturne ]]; then _nocturne "$@"; else compdef _nocturne nocturne; fi
`;
const FISH = `# nocturne completion for fish: put it into ~/.config/fish/completions/nocturne.fish
function __nocturne_complete
  set -l words (commandline -opc)
  nocturne __complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c nocturne -a '(__nocturne_complete)'
`;
const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

export const completion: Command = {
  args: '<shell>',
  examples: [
    'source <(nocturne completion bash)',
    'nocturne completion fish > ~/.config/fish/completions/nocturne.fish',
  ],
  run(_context, { args }) {
    const script = SCRIPTS[args[0] ?? ''];
    if (script === undefined)
      throw new NocturneError('USAGE', `there is no completion for ${args[0]}`, {
        hint: `shells: ${Object.keys(SCRIPTS).join(', ')}`,
      });
    return ok(script, { shell: args[0], script });
  },
};
