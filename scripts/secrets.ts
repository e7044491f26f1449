import type { Command } from 'commander'
import { examples, globalsOf as globals } from './help.ts'

/** The part of the command line that is about what everything else is sealed with. */
export function addSecrets(program: Command): void {
  const secrets = program
    .command('secrets')
    .description('the keys of the vault: look at them, make new ones, give one away')
    .addHelpText('before', examples('tickwire secrets check', 'tickwire secrets rekey'))
  secrets
    .command('check')
    .description(
      'open every sealed record, look at who can read the keys; exits with 5 for warnings, with 1 for errors',
    )
    .addHelpText('before', examples('tickwire secrets check', 'tickwire secrets check --format json'))
    .action(async (_, command) => (await import('./commands/secrets.ts')).checkSecrets(globals(command)))
  secrets
    .command('rekey')
    .description('make a new key and seal everything anew; what runs goes on')
    .addHelpText('before', examples('tickwire secrets rekey'))
    .action(async (_, command) => (await import('./commands/secrets.ts')).rekey(globals(command)))
  secrets
    .command('export-account-key')
    .argument('<name>', 'feed name of the account, or the broker if it is the only one there')
    .description('write the key that opens this account alone to a file (0400), for a service manager to hand over')
    .requiredOption('--to <file>', 'a new file, outside the data folder')
    .addHelpText(
      'before',
      examples(
        'tickwire secrets export-account-key ZERODHA --to /etc/tickwire/ZERODHA.key',
        'systemd-creds encrypt --name=account-key /etc/tickwire/ZERODHA.key /etc/credstore.encrypted/tickwire-ZERODHA',
      ),
    )
    .action(async (name, options, command) =>
      (await import('./commands/secrets.ts')).exportAccountKey(globals(command), name, options),
    )
}
