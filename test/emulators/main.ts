import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { systemCode } from '../../shared/errors.ts'
import type { EmulatorManifest } from './emulator.ts'
import { wordsOf } from './words.ts'

const USAGE = 'npm run emulate -- BROKER [--port 9400] [--rows 150000] [--tick-ms 1000] [--rate N] [--seed 1]'

/** Says why not, in a line, and ends. */
function refuse(why: string, next: string): never {
  process.stderr.write(`${why}\n  ${next}\n`)
  process.exit(2)
}

/** Every folder beside this file that has a manifest. */
async function manifests(): Promise<EmulatorManifest[]> {
  const found: EmulatorManifest[] = []
  for (const folder of readdirSync(import.meta.dirname)) {
    const file = join(import.meta.dirname, folder, 'manifest.ts')
    if (!existsSync(file)) continue
    const module: { default: EmulatorManifest } = await import(pathToFileURL(file).href)
    found.push(module.default)
  }
  return found
}

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
      },
    })
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), USAGE)
  }
}

const whole = (name: string, text: string): number =>
  /^\d+$/.test(text) ? Number(text) : refuse(`--${name} is a whole number, not "${text}"`, USAGE)

const { values, positionals } = words()
const known = await manifests()
const manifest = known.find(one => one.broker === positionals[0]?.toLowerCase())
if (!manifest) refuse(`Emulated brokers: ${known.map(one => `${one.broker} (${one.title})`).join(', ')}`, USAGE)

try {
  const running = await manifest.start({
    port: whole('port', values.port),
    ...(values.rows === undefined ? {} : { rows: whole('rows', values.rows) }),
    ...(values['tick-ms'] === undefined ? {} : { tickMs: whole('tick-ms', values['tick-ms']) }),
    ...(values.rate === undefined ? {} : { rate: whole('rate', values.rate) }),
    ...(values.seed === undefined ? {} : { seed: whole('seed', values.seed) }),
  })
  process.stdout.write(`${wordsOf(manifest, running)}\nCtrl-C ends it.\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void running.close().then(() => process.exit(0)))
} catch (error) {
  if (systemCode(error) !== 'EADDRINUSE') throw error
  refuse(`Port ${values.port} is taken`, 'npm run emulate -- BROKER --port 0')
}
