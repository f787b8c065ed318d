/** Completion scripts for shells, made from the declared commands. */
import type { Command } from 'commander';

/** The shells for which there is a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What can follow the words of a command: its subcommands, then its options. */
type Continuations = ReadonlyMap<string, readonly string[]>;

/** The script, to be evaluated by the shell; `undefined` for another shell. */
export function completionScript(shell: string, program: Command): string | undefined {
  const continuations = continuationsOf(program);
  switch (shell) {
    case 'bash':
      return bash(continuations);
    case 'zsh':
      return `autoload -U +X compinit && compinit -i\nautoload -U +X bashcompinit && bashcompinit\n${bash(continuations)}`;
    case 'fish':
      return fish(continuations);
    default:
      return undefined;
  }
}

function continuationsOf(command: Command, path = ''): Continuations {
  const subcommands = command.commands;
  const names = subcommands.map((one) => one.name());
  const options = command.options.flatMap(({ long }) => long ?? []);
  const own =
    path === ''
      ? [
          ...names,
          ...(subcommands.find((one) => one.name() === 'start')?.options ?? []).flatMap(({ long }) => long ?? []),
          ...options,
        ]
      : [...names, ...options];
  const shells = command.name() === 'completion' ? SHELLS : [];
  const below = subcommands.flatMap((one) => [...continuationsOf(one, `${path} ${one.name()}`.trim())]);
  return new Map([[path, [...own, ...shells, '--help']], ...below]);
}

function bash(continuations: Continuations): string {
  const cases = [...continuations].map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;\n`).join('');
  return `# Completion of latchkey for bash: eval "$(latchkey completion bash)"
_latchkey() {
  local word path='' words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases}  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _latchkey latchkey
`;
}

function fish(continuations: Continuations): string {
  const lines = [...continuations].map(([path, words]) => {
    const condition =
      path === ''
        ? '__fish_use_subcommand'
        : path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    return `complete -c latchkey -n '${condition}' -a '${words.join(' ')}'\n`;
  });
  return `# Completion of latchkey for fish: latchkey completion fish | source\n${lines.join('')}`;
}
