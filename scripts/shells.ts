import type { Level } from './grammar.ts'

/** What a shell asks for names of feeds; it takes a start of the program, and only where one is due. */
const FEEDS = 'tickwire completion feeds 2>/dev/null'

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const at = ({ path }: Level): string => path.join(' ')

/** Options with a value, so that what stands behind them is taken for no command. */
const valued = (levels: readonly Level[]): string[] => [
  ...new Set(
    levels.flatMap(({ options }) => options.flatMap(({ name, takes }) => (takes === 'nothing' ? [] : [name]))),
  ),
]

const known = (levels: readonly Level[]): string[] =>
  levels.flatMap(level => (level.path.length > 0 ? [at(level)] : []))

/** For bash 4 and later. Without its package of completions. Pure. */
export function bashScript(levels: readonly Level[]): string {
  const values = levels.flatMap(level =>
    level.options.flatMap(({ name, takes }) => {
      const answer = answerOf(takes)
      return answer === undefined ? [] : [`    ${quote(`${at(level)}:${name}`)}) ${answer} ;;`]
    }),
  )
  const words = levels.map(level => {
    const commands = [...level.commands.map(({ name }) => name), ...level.words].join(' ')
    const flags = level.options.map(({ name }) => name).join(' ')
    const feeds = level.takesFeed ? ` $(${FEEDS})` : ''
    return `    ${quote(at(level))}) if [[ $cur == -* ]]; then _tickwire_words ${quote(flags)}; else _tickwire_words "${commands}${feeds}"; fi ;;`
  })
  return `# bash completion of tickwire. In ~/.bashrc:  source <(tickwire completion bash)
_tickwire_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_tickwire() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path='' next word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$word" in ${valued(levels).join('|')}) ((i++)); continue ;; esac
    next="\${path:+$path }$word"
    case "$next" in ${known(levels).map(quote).join('|')}) path=$next ;; esac
  done
  case "$path:$prev" in
${values.join('\n')}
  esac
  case "$path" in
${words.join('\n')}
  esac
}
complete -o default -F _tickwire tickwire`
}

function answerOf(takes: Level['options'][number]['takes']): string | undefined {
  if (takes === 'nothing') return undefined
  if (takes === 'value') return 'return'
  if (takes === 'file') return 'COMPREPLY=($(compgen -f -- "$cur")); return'
  const words = takes === 'feed' ? `"$(${FEEDS})"` : quote(takes.join(' '))
  return `_tickwire_words ${words}; return`
}

/** For zsh, with what each word says. Pure. */
export function zshScript(levels: readonly Level[]): string {
  const entry = ({ name, says }: { readonly name: string; readonly says: string }) =>
    quote(`${name.replaceAll(':', '\\:')}:${says}`)
  const values = levels.flatMap(level =>
    level.options.flatMap(({ name, takes }) => {
      if (takes === 'nothing') return []
      const answer =
        takes === 'file'
          ? '_files'
          : takes === 'value'
            ? ':'
            : takes === 'feed'
              ? `compadd -- $(${FEEDS})`
              : `compadd -- ${takes.map(quote).join(' ')}`
      return [`    ${quote(`${at(level)}:${name}`)}) ${answer}; return ;;`]
    }),
  )
  const words = levels.map(level => {
    const commands = level.commands.map(entry).join(' ')
    const plain = [...level.words.map(quote), ...(level.takesFeed ? [`$(${FEEDS})`] : [])].join(' ')
    return `    ${quote(at(level))}) commands=(${commands}); options=(${level.options.map(entry).join(' ')}); plain=(${plain}) ;;`
  })
  return `#compdef tickwire
# zsh completion of tickwire. In ~/.zshrc, behind compinit:  source <(tickwire completion zsh)
_tickwire() {
  local -a commands options plain
  local at='' next word skip=
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $skip ]]; then skip=; continue; fi
    case "$word" in ${valued(levels).join('|')}) skip=1; continue ;; esac
    next="\${at:+$at }$word"
    case "$next" in ${known(levels).map(quote).join('|')}) at=$next ;; esac
  done
  case "$at:\${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
  (( \${#commands} )) && _describe command commands
  (( \${#plain} )) && compadd -- "\${plain[@]}"
  if [[ \${words[CURRENT]} == -* ]]; then _describe option options
  elif (( \${#commands} + \${#plain} == 0 )); then _files; fi
}
compdef _tickwire tickwire`
}

/** For fish, with what each word says. Pure. */
export function fishScript(levels: readonly Level[]): string {
  const lines = levels.flatMap(level => {
    const here = `-n ${quote(`__tickwire_at ${quote(at(level))}`)}`
    return [
      ...level.commands.map(({ name, says }) => `complete -c tickwire ${here} -f -a ${name} -d ${quote(says)}`),
      ...(level.words.length > 0 ? [`complete -c tickwire ${here} -f -a ${quote(level.words.join(' '))}`] : []),
      ...(level.takesFeed ? [`complete -c tickwire ${here} -f -a '(${FEEDS})'`] : []),
      ...level.options.map(({ name, says, takes }) => {
        const value =
          takes === 'nothing'
            ? ''
            : takes === 'file'
              ? ' -r'
              : takes === 'value'
                ? ' -x'
                : ` -x -a ${quote(takes === 'feed' ? `(${FEEDS})` : takes.join(' '))}`
        return `complete -c tickwire ${here} ${name.startsWith('--') ? `-l ${name.slice(2)}` : `-o ${name.slice(1)}`}${value} -d ${quote(says)}`
      }),
    ]
  })
  return `# fish completion of tickwire:  tickwire completion fish > ~/.config/fish/completions/tickwire.fish
function __tickwire_at
  set -l at ''
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip -eq 1
      set skip 0
      continue
    end
    if contains -- $word ${valued(levels).join(' ')}
      set skip 1
      continue
    end
    set -l next (string trim -- "$at $word")
    if contains -- $next ${known(levels).map(quote).join(' ')}
      set at $next
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}`
}
