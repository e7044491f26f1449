import { parseArgs } from 'node:util'
import { TickwireError } from '../../shared/errors.ts'
import { createLog } from '../../shared/log.ts'
import { runProcess } from '../../shared/process.ts'
import { choose, USAGE } from './catalogue.ts'
import { closeEmulators, type Emulated, startEmulators } from './fleet.ts'
import { factsOf, wordsOf } from './words.ts'

function words() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '9400' },
        rows: { type: 'string' },
        'tick-ms': { type: 'string' },
        rate: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw misused(error instanceof Error ? error.message : String(error))
  }
}

/** What is right for those who typed the names for `tickwire up`, which starts this as its child. */
const UP = 'tickwire up --emulate all, or names with commas between'

const misused = (why: string): TickwireError => new TickwireError('USAGE', why, { next: USAGE })

function whole(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw misused(`--${name} is a whole number, not "${text}"`)
  return Number(text)
}

/** Which ones, where, and how they are said to the one who started them. */
async function start(): Promise<{ emulated: Emulated[]; json: boolean }> {
  const { values, positionals } = words()
  const optional = (name: 'rows' | 'tick-ms' | 'rate' | 'seed', field: string) =>
    values[name] === undefined ? {} : { [field]: whole(name, values[name]) }
  const emulated = await startEmulators(
    await choose(positionals, process.send ? UP : USAGE),
    values.port.split(',').map(port => whole('port', port)),
    {
      ...optional('rows', 'rows'),
      ...optional('tick-ms', 'tickMs'),
      ...optional('rate', 'rate'),
      ...optional('seed', 'seed'),
    },
  )
  return { emulated, json: values.json }
}

try {
  await runProcess({
    name: 'emulators',
    log: createLog({ process: 'emulators', level: 'warn', format: 'pretty' }),
    untold: true,
    async start() {
      const { emulated, json } = await start()
      if (process.send) process.send({ kind: 'emulators', ...factsOf(emulated) })
      else process.stdout.write(json ? `${JSON.stringify(factsOf(emulated))}\n` : await wordsOf(emulated))
      return {
        details: { ports: emulated.map(({ running }) => new URL(running.origin).port).join() },
        close: () => closeEmulators(emulated),
      }
    },
  })
} catch (error) {
  if (!(error instanceof TickwireError)) throw error
  process.stderr.write(`${error.message}\n  ${error.next ?? USAGE}\n`)
  process.exit(error.exitCode)
}
