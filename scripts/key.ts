import { Argument, type Command } from 'commander'
import { TickwireError } from '../shared/errors.ts'
import { KEY_SCOPES } from '../shared/key.ts'
import { bounded, parseExpiry, parseOverlap } from './bounds.ts'
import { examples, globalsOf as globals } from './help.ts'
import { parseNames } from './value.ts'

const FEEDS = 'feeds of that user with commas between, the one to be used first in front; default: all'
const ADMIN = 'it may see and tend the whole proxy: clients, figures, caches'
const EXPIRES = 'such as 30d, 12h or 90m; default: never'

/** The tree of `tickwire key`. */
export function addKeys(program: Command): void {
  const key = program
    .command('key')
    .description('keys of clients: they read prices, and orders where allowed; they can never trade')
    .addHelpText('before', examples('tickwire key create bot-1 --expires 30d', 'tickwire key list'))
  bounded(key.command('create').argument('<label>', 'what it is for').description('make a key and show it, once'))
    .option('--user <id>', 'whose key it is', 'trader')
    .option('--expires <duration>', EXPIRES, parseExpiry)
    .option('--orders', 'it may read order updates, too')
    .option('--admin', ADMIN)
    .option('--feeds <names>', FEEDS, parseNames)
    .addHelpText(
      'before',
      examples(
        'tickwire key create bot-1 --orders',
        "tickwire key create page --exchanges NSE,NFO --symbols 'NIFTY*,RELIANCE' --modes ltp,quote --from 10.0.0.0/8",
        'tickwire key create bot-2 --feeds ZERODHA,ANGEL',
        'tickwire key create dashboard --expires 30d > key.txt',
      ),
    )
    .action(async (label, options, command) =>
      (await import('./commands/key.ts')).createKey(globals(command), label, options),
    )
  key
    .command('list')
    .description('keys without their secrets')
    .addHelpText('before', examples('tickwire key list'))
    .action(async (_, command) => (await import('./commands/keyview.ts')).listKeys(globals(command)))
  key
    .command('show')
    .argument('<id>', 'the id that key list shows')
    .description('all that is known of a key but its secret')
    .addHelpText('before', examples('tickwire key show 4fT9aQ2xLp', 'tickwire key show 4fT9aQ2xLp --format json'))
    .action(async (id, _, command) => (await import('./commands/keyview.ts')).showKey(globals(command), id))
  key
    .command('usage')
    .argument('[id]', 'of one key; default: of all')
    .description('when keys were last used, to the hour, and what their clients have now')
    .addHelpText('before', examples('tickwire key usage', 'tickwire key usage 4fT9aQ2xLp --format json'))
    .action(async (id, _, command) => (await import('./commands/keyview.ts')).keyUsage(globals(command), id))
  addChanges(key)
  bounded(
    key
      .command('import')
      .argument('<label>', 'what it is for')
      .description('take over an OpenAlgo key (64 hexadecimal characters); asked for, or read from stdin or a file'),
  )
    .option('--user <id>', 'whose key it is', 'trader')
    .option('--file <file>', 'file that holds the key')
    .option('--expires <duration>', EXPIRES, parseExpiry)
    .option('--orders', 'it may read order updates, too')
    .option('--admin', ADMIN)
    .option('--feeds <names>', FEEDS, parseNames)
    .addHelpText('before', examples('tickwire key import old-bot', 'tickwire key import old-bot < key.txt'))
    .action(async (label, options, command) =>
      (await import('./commands/key.ts')).importKey(globals(command), label, options),
    )
}

function addChanges(key: Command): void {
  key
    .command('revoke')
    .argument('<id>', 'the id that key list shows')
    .description('end a key; its connections close within a second')
    .addHelpText('before', examples('tickwire key revoke 4fT9aQ2xLp'))
    .action(async (id, _, command) => (await import('./commands/keychange.ts')).revokeKey(globals(command), id))
  key
    .command('sessions')
    .description('how many pages are signed in, by key; those of "tickwire open" have none and are the operator\'s')
    .option('--end', 'end all of them; what their pages opened closes within a second')
    .addHelpText('before', examples('tickwire key sessions', 'tickwire key sessions --end'))
    .action(async (options, command) =>
      (await import('./commands/keysessions.ts')).keySessions(globals(command), options),
    )
  key
    .command('rotate')
    .argument('<id>', 'the id that key list shows')
    .description('make a key as wide that takes over, and show it, once; the old one ends after the overlap')
    .option('--overlap <duration>', 'such as 10m; 0: the old one ends at once', parseOverlap, 3_600_000)
    .addHelpText('before', examples('tickwire key rotate 4fT9aQ2xLp --overlap 10m'))
    .action(async (id, options, command) =>
      (await import('./commands/keychange.ts')).rotateKey(globals(command), id, options),
    )
  bounded(
    key
      .command('change')
      .argument('<id>', 'the id that key list shows')
      .description('bind a key otherwise; what is not named stays, and connected clients notice within a second'),
  )
    .option('--expires <duration>', 'from now, such as 30d; or never', parseExpiry)
    .option('--orders', 'it may read order updates')
    .option('--no-orders', 'it may not')
    .option('--admin', ADMIN)
    .option('--no-admin', 'it may not')
    .option('--feeds <names>', FEEDS, parseNames)
    .addHelpText(
      'before',
      examples(
        "tickwire key change 4fT9aQ2xLp --symbols 'NIFTY*' --connections 2",
        'tickwire key change 4fT9aQ2xLp --symbols any --expires 30d',
      ),
    )
    .action(async (id, options, command) =>
      (await import('./commands/keychange.ts')).changeKey(globals(command), id, options),
    )
  key
    .command('feeds')
    .argument('<id>', 'the id that key list shows')
    .argument('[names]', 'feeds of its user with commas between, the one to be used first in front', parseNames)
    .option('--all', 'all feeds of its user, in the order they were registered')
    .description('say where a key takes its prices from; connected clients notice within a second')
    .addHelpText(
      'before',
      examples('tickwire key feeds 4fT9aQ2xLp ZERODHA,ANGEL', 'tickwire key feeds 4fT9aQ2xLp --all'),
    )
    .action(async (id, names, { all }, command) => {
      if ((names === undefined) === (all === undefined))
        throw new TickwireError('USAGE', 'Name the feeds, or say --all', { next: 'tickwire key feeds ID ONE,TWO' })
      await (await import('./commands/keychange.ts')).chooseFeeds(globals(command), id, names)
    })
  const change = (name: 'allow' | 'deny', description: string) =>
    key
      .command(name)
      .argument('<id>', 'the id that key list shows')
      .addArgument(new Argument('<scope>', 'what, besides prices').choices(KEY_SCOPES))
      .description(`${description}; connected clients notice within a second`)
      .addHelpText('before', examples(`tickwire key ${name} 4fT9aQ2xLp orders`))
      .action(async (id, scope, _, command) =>
        (await import('./commands/keychange.ts')).changeScope(globals(command), id, scope, name === 'allow'),
      )
  change('allow', 'let a key do more than read prices')
  change('deny', 'take that away again')
}
