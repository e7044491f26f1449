import { Command, Option } from 'commander'
import { addAccounts } from './account.ts'
import { addAudit } from './audit.ts'
import { addBus } from './bus.ts'
import { EXIT_CODES, usageError } from './failure.ts'
import { examples, globalsOf as globals } from './help.ts'
import { addKeys } from './key.ts'
import { addCalendar, addInstruments, addTapes } from './records.ts'
import { addSecrets } from './secrets.ts'
import { addSharing } from './share.ts'
import { addTrace } from './trace.ts'
import { addUpkeep } from './upkeep.ts'
import { collect, parseCount, parsePort, parseWorkers } from './value.ts'
import { addMeasures } from './views.ts'

/**
 * The whole command line. What a command does is imported when it is called, so that `--help` and `--version` need
 * none of it.
 */
export function createProgram(version: string): Command {
  const program = new Command('tickwire')
    .description("A trader's own broker accounts as one reliable, fast, private market-data stream.")
    .version(version)
    .option('--config <file>', 'configuration file (default: <data-dir>/tickwire.toml)')
    .option('--data-dir <dir>', 'data folder (default: ~/.tickwire)')
    .addOption(
      new Option('--format <format>', 'output; default: table on a terminal, JSON lines on a pipe').choices([
        'table',
        'json',
      ]),
    )
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .option('--quiet', 'data and errors only')
    .option('--debug', 'log at level debug, and show where an error came from')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      'before',
      examples(
        'tickwire up                                          start everything: bus, feeds, proxy',
        'tickwire tail NSE:RELIANCE NSE_INDEX:NIFTY --mode quote   watch prices',
        'tickwire status                                      what runs, and what happened',
        'tickwire doctor                                      what is wrong, and the command that mends it',
      ),
    )
    .addHelpText(
      'after',
      `\nExit codes:\n${EXIT_CODES.map(([code, words]) => `  ${String(code).padStart(2)}  ${words}`).join('\n')}`,
    )
  addProcesses(program)
  addAccounts(program)
  addAdapters(program)
  addKeys(program)
  addAudit(program)
  addSecrets(program)
  addInstruments(program)
  addTapes(program)
  addCalendar(program)
  addViews(program)
  addMeasures(program)
  addTrace(program)
  addUpkeep(program)
  refuse(program, program.name())
  return program
}

/** A usage error points to the help of the command it was made in; only `tickwire` alone shows all there is. */
function refuse(command: Command, path: string): void {
  const isRoot = command.parent === null
  command.exitOverride(error => {
    throw error.exitCode === 0 || (isRoot && error.code === 'commander.help') ? error : usageError(error, command, path)
  })
  // A group without a command would write its help where one line is enough.
  if (!isRoot) command.configureOutput({ writeErr: () => {} })
  for (const below of command.commands) refuse(below, `${path} ${below.name()}`)
}

function addProcesses(program: Command): void {
  listening(program.command('up').description('start everything on this machine and keep it running'))
    .addHelpText(
      'before',
      examples(
        'tickwire up',
        'tickwire up --port auto',
        'tickwire up --data-dir ./data --port 9000',
        'tickwire up --market always-open   silence is a fault also while markets are closed: for development',
        'tickwire up --emulate all          brokers played on this machine: no account needed, none touched',
      ),
    )
    .addOption(marketOption())
    .option('--emulate <brokers>', 'play these brokers here (all, or names with commas) in a data folder of its own')
    .action(async (options, command) => (await import('./commands/up.ts')).up(globals(command), options))
  addBus(program)
  listening(program.command('proxy').description('run the proxy alone'))
    .addHelpText('before', examples('tickwire proxy', 'tickwire proxy --host 127.0.0.1 --port 8765 --workers 4'))
    // How such a process starts its workers.
    .addOption(new Option('--worker <id>').argParser(parseCount).hideHelp())
    .action(async (options, command) => (await import('./commands/proxy.ts')).proxy(globals(command), options))
  program
    .command('init')
    .description('write a commented configuration and prepare the data folder; changes nothing that is there')
    .option('--yes', 'ask nothing')
    .addHelpText('before', examples('tickwire init', 'tickwire init --data-dir ./data --yes'))
    .action(async (options, command) => (await import('./commands/init.ts')).init(globals(command), options))
}

const marketOption = (): Option =>
  new Option('--market <hours>', 'when ticks are due: as the calendar says (default), or at all times').choices([
    'calendar',
    'always-open',
  ])

const listening = (command: Command): Command =>
  command
    .option('--host <host>', 'address to listen on (default: 127.0.0.1); beyond loopback only with TLS')
    .option('--port <port>', 'port to listen on (default: 8765), or auto for a free one', parsePort)
    .option('--workers <n>', 'processes that share the port (default: 1), or auto for one per core', parseWorkers)

function addAdapters(program: Command): void {
  const adapter = program
    .command('adapter')
    .description('feeds: one adapter account each')
    .addHelpText(
      'before',
      examples('tickwire adapter list', 'tickwire adapter add SIM-FAST --adapter simulator --set rate=5000'),
    )
  adapter
    .command('list')
    .description('registered feeds and their state')
    .addHelpText('before', examples('tickwire adapter list', 'tickwire adapter list --format json'))
    .action(async (_, command) => (await import('./commands/adapter.ts')).listFeeds(globals(command)))
  adapter
    .command('add')
    .argument('<name>', 'feed name: A-Z, 0-9 and -, up to 32 characters')
    .description('register a feed; a running system starts it at once')
    .addOption(new Option('--adapter <adapter>', 'built-in adapter').conflicts(['path', 'external']))
    .addOption(new Option('--path <dir>', 'folder of an adapter outside the tree').conflicts(['external']))
    .option('--external', 'a program of any language that publishes on the bus by itself')
    .option('--symbols <list>', 'EXCHANGE:SYMBOL,… that an external program publishes; repeat it for more', collect, [])
    .option('--symbols-file <file>', 'the same from a file, one on each line')
    .option('--modes <list>', 'what it publishes of them: ltp,quote,depth,book20,…; default: ltp,quote')
    .option('--set <key=value>', 'a setting of the adapter; repeat it for more', collect, [])
    .option('--user <id>', 'whose feed it is', 'trader')
    .addHelpText(
      'before',
      examples(
        'tickwire adapter add SIM-FAST --adapter simulator --set rate=5000',
        'tickwire adapter add MYFEED --path ./my-adapter',
        'tickwire adapter add PYDEMO --external --symbols CRYPTO:BTCUSDFUT --modes ltp,quote',
      ),
    )
    .action(async (name, options, command) =>
      (await import('./commands/adapter.ts')).addFeed(globals(command), name, options),
    )
  adapter
    .command('disable')
    .argument('<name>', 'feed name')
    .description('keep a feed registered, but stopped; a running system stops it at once')
    .addHelpText('before', examples('tickwire adapter disable SIM-FAST'))
    .action(async (name, _, command) => (await import('./commands/switch.ts')).disableFeed(globals(command), name))
  adapter
    .command('enable')
    .argument('<name>', 'feed name')
    .description('start a feed that was disabled, or afresh one that is parked or down')
    .addHelpText('before', examples('tickwire adapter enable SIM-FAST'))
    .action(async (name, _, command) => (await import('./commands/switch.ts')).enableFeed(globals(command), name))
  adapter
    .command('remove')
    .argument('<name>', 'feed name')
    .description('forget a feed; a running system stops it at once')
    .option('--yes', 'do not ask')
    .addHelpText('before', examples('tickwire adapter remove SIM-FAST', 'tickwire adapter remove SIM-FAST --yes'))
    .action(async (name, options, command) =>
      (await import('./commands/adapter.ts')).removeFeed(globals(command), name, options),
    )
  addSharing(adapter)
  adapter
    .command('run')
    .argument('<name>', 'feed name')
    .description('run one registered feed alone')
    .addOption(marketOption())
    .option('--capture <file>', 'keep what the broker sends on a tape, without credentials')
    .addHelpText(
      'before',
      examples('tickwire adapter run SIMULATOR', 'tickwire adapter run MY-BROKER --capture morning.tape'),
    )
    .action(async (name, options, command) =>
      (await import('./commands/feed.ts')).runFeed(globals(command), name, options),
    )
}

function addViews(program: Command): void {
  program
    .command('tail')
    .argument('<symbols...>', 'EXCHANGE:SYMBOL')
    .description('watch prices, as any client would get them')
    .addOption(new Option('--mode <mode>', 'what to subscribe to').choices(['ltp', 'quote', 'depth']).default('quote'))
    .option('--count <n>', 'end after so many frames', parseCount)
    .option('--raw', 'every message of the server, exactly as it came')
    .option('--url <url>', 'address of the proxy; default: the one running here')
    .addHelpText(
      'before',
      examples(
        'tickwire tail NSE:RELIANCE NSE_INDEX:NIFTY --mode quote',
        'tickwire tail NSE:RELIANCE --count 10 | jq .data.ltp',
        'TICKWIRE_API_KEY=… tickwire tail NSE:SBIN --url wss://prices.example.com/ws',
      ),
    )
    .action(async (symbols, options, command) =>
      (await import('./commands/tail.ts')).tail(globals(command), symbols, options),
    )
  program
    .command('status')
    .description('what runs, since when, and what happened lately')
    .option('--json', 'the same as --format json')
    .option('--instruments', 'every instrument that anybody wants, with its state')
    .option('--watch', 'again each second, until Ctrl-C')
    .addHelpText(
      'before',
      examples(
        'tickwire status',
        'tickwire status --instruments',
        'tickwire status --watch',
        'tickwire status --json | jq .feeds[].instruments',
      ),
    )
    .action(async (options, command) => (await import('./commands/status.ts')).status(globals(command), options))
  program
    .command('doctor')
    .description('check everything; each fault comes with the command that mends it')
    .option('--json', 'the same as --format json')
    .addHelpText('before', examples('tickwire doctor', 'tickwire doctor --json'))
    .action(async (_, command) => (await import('./commands/doctor.ts')).doctor(globals(command)))
}
