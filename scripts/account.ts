import { type Command, InvalidArgumentError, Option } from 'commander'
import { examples, globalsOf as globals } from './help.ts'
import { collect, parseDuration } from './value.ts'

const CALLBACK_PORT = 8766
const LOGIN_LIMIT = '10m'

/** The part of the command line that is about brokers' accounts. */
export function addAccounts(program: Command): void {
  const account = program
    .command('account')
    .description('your accounts with brokers: credentials, daily login')
    .addHelpText(
      'before',
      examples('tickwire account add zerodha', 'tickwire account login zerodha', 'tickwire account list'),
    )
  account
    .command('add')
    .argument('<broker>', 'such as zerodha')
    .allowExcessArguments()
    .description('register an account and seal its credentials: asked for, or read from stdin or a file')
    .option('--name <name>', 'feed name: A-Z, 0-9 and -; default: the broker in capitals')
    .option('--user <id>', 'whose account it is; default: trader')
    .option('--file <file>', 'JSON object or name=value lines with the credentials')
    .option('--path <dir>', 'folder of an adapter outside the tree')
    .option('--set <key=value>', 'a setting of the adapter; repeat it for more; no credentials here', collect, [])
    .addHelpText(
      'before',
      examples(
        'tickwire account add zerodha                              asks for what the broker gave you',
        'tickwire account add zerodha --name ZERODHA-ASHA --user asha',
        'tickwire account add zerodha --file credentials.txt       lines such as api_key=… and api_secret=…',
        'pass show zerodha | tickwire account add zerodha          the same from a pipe',
      ),
    )
    .action(async (broker, options, command: Command) =>
      (await import('./commands/enrol.ts')).addAccount(globals(command), broker, command.args.slice(1), options),
    )
  account
    .command('login')
    .argument('<name>', 'feed name of the account, or the broker if it is the only one there')
    .allowExcessArguments()
    .description(
      'log in for the day: prints the address and takes the answer, or asks for a code; a running system goes on at once',
    )
    .addOption(
      new Option('--callback-port <port>', 'takes the answer at http://127.0.0.1:PORT/ too, or off')
        .argParser(parseCallbackPort)
        .default(CALLBACK_PORT),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long to wait, such as 90s')
        .argParser(parseDuration)
        .default(parseDuration(LOGIN_LIMIT), LOGIN_LIMIT),
    )
    .addOption(new Option('--no-browser', 'the address is only ever printed; this says it once more').hideHelp())
    .addHelpText(
      'before',
      examples(
        'tickwire account login zerodha',
        'tickwire account login ZERODHA-ASHA --callback-port 9000',
        'tickwire account login angel                              asks for the code of the app, or takes it from stdin',
        'tickwire account login zerodha --callback-port off < answer.txt   the address you were sent to, or its token',
      ),
    )
    .action(async (name, options, command: Command) =>
      (await import('./commands/login.ts')).login(globals(command), name, command.args.slice(1), options),
    )
  account
    .command('list')
    .description('accounts, whose they are, until when they are logged in, and what their feeds do')
    .addHelpText('before', examples('tickwire account list', 'tickwire account list --format json'))
    .action(async (_, command) => (await import('./commands/account.ts')).listAccounts(globals(command)))
  account
    .command('remove')
    .argument('<name>', 'feed name of the account')
    .description('forget an account: feed, credentials, login; a running system stops it at once')
    .option('--yes', 'do not ask')
    .addHelpText('before', examples('tickwire account remove ZERODHA', 'tickwire account remove ZERODHA --yes'))
    .action(async (name, options, command) =>
      (await import('./commands/account.ts')).removeAccount(globals(command), name, options),
    )
}

/** `off`, or 1 to 65535: the broker knows the port, so that no free one can be looked for. */
function parseCallbackPort(text: string): number | 'off' {
  if (text === 'off') return text
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError('It is off or 1 to 65535.')
  return port
}
