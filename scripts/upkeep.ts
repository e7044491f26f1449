import { Argument, type Command } from 'commander'
import { examples, globalsOf as globals } from './help.ts'

/** The part of the command line for who installs it and keeps it in order. */
export function addUpkeep(program: Command): void {
  addConfig(program)
  program
    .command('support-bundle')
    .argument('[file]', 'where to write it; default: tickwire-support-DATE.zip here')
    .description('what somebody who helps has to see, in one zip: no keys, no tickets, no credentials')
    .option('--force', 'also over a file that is there')
    .addHelpText('before', examples('tickwire support-bundle', 'tickwire support-bundle /tmp/for-support.zip --force'))
    .action(async (file, options, command) =>
      (await import('./commands/bundle.ts')).writeBundle(globals(command), file, {
        ...options,
        version: program.version() ?? '',
      }),
    )
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which one: bash, zsh or fish').choices(['bash', 'zsh', 'fish', 'feeds']))
    .description('what lets a shell complete commands, options, choices and names of feeds')
    .addHelpText(
      'before',
      examples(
        'tickwire completion bash > ~/.local/share/bash-completion/completions/tickwire',
        'tickwire completion zsh > ~/.zsh/completions/_tickwire',
        'tickwire completion fish > ~/.config/fish/completions/tickwire.fish',
      ),
    )
    .action(async (shell, _, command) =>
      (await import('./commands/completion.ts')).printCompletion(globals(command), program, shell),
    )
}

function addConfig(program: Command): void {
  const config = program
    .command('config')
    .description('the configuration: whether it is right, what counts, what there is')
    .addHelpText('before', examples('tickwire config check', 'tickwire config print', 'tickwire config doc'))
  config
    .command('check')
    .description('every fault with its file and line; exits with 78 for faults, with 5 for warnings')
    .addHelpText('before', examples('tickwire config check', 'tickwire config check --config ./tickwire.toml'))
    .action(async (_, command) => (await import('./commands/config.ts')).checkConfig(globals(command)))
  config
    .command('print')
    .description('what counts now, and who said it: default, file, environment or option; secrets are masked')
    .addHelpText(
      'before',
      examples('tickwire config print', 'tickwire config print | jq -c \'select(.origin != "default")\''),
    )
    .action(async (_, command) => (await import('./commands/config.ts')).printConfig(globals(command)))
  config
    .command('doc')
    .description('every setting there is, with its default and its variable')
    .option('--markdown', 'as a table for a document')
    .addHelpText('before', examples('tickwire config doc', 'tickwire config doc --markdown > settings.md'))
    .action(async (options, command) =>
      (await import('./commands/config.ts')).documentConfig(globals(command), options),
    )
}
