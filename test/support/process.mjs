// Runs `runProcess` as it was built. Argument: how the process behaves. Log lines and words go to stdout, as JSON.

import { TickwireError } from '../../dist/shared/errors.js'
import { runProcess } from '../../dist/shared/process.js'

const [behaviour] = process.argv.slice(2)
const say = (level, text) => process.stdout.write(`${JSON.stringify({ level, text })}\n`)
const level = name => (facts, text) => say(name, text === undefined ? facts : `${text} ${facts.code ?? ''}`.trim())
const log = { info: level('info'), debug: level('debug'), warn: level('warn'), fatal: level('fatal') }

const running = {
  details: { port: 7 },
  async close() {
    say('word', 'closing')
    if (behaviour === 'hangs' || behaviour === 'lingers') await new Promise(() => {})
  },
}

async function start() {
  if (behaviour === 'fails') throw new TickwireError('PORT_TAKEN', 'Port 7 is taken', { next: 'use another' })
  if (behaviour === 'breaks') setImmediate(() => void Promise.reject(new TickwireError('STORE_BUSY', 'busy')))
  // Something that lives, as a socket would.
  setInterval(() => {}, 1000)
  return running
}

try {
  await runProcess({ name: 'fixture', log, start, ...(behaviour === 'lingers' && { graceMs: 2500 }) })
} catch (error) {
  say('thrown', error.code)
  process.exit(9)
}
