// Runs `runProcess` as it was built. Arguments: how the process behaves, and a folder for one that does something there. Log lines and words go to stdout, as JSON.

import { startForwarder } from '../../dist/bus/forwarder.js'
import { TickwireError } from '../../dist/shared/errors.js'
import { runProcess, unlessEnding } from '../../dist/shared/process.js'

const [behaviour, folder] = process.argv.slice(2)
const say = (level, text) => process.stdout.write(`${JSON.stringify({ level, text })}\n`)
const level = name => (facts, text) => say(name, text === undefined ? facts : `${text} ${facts.code ?? ''}`.trim())
const log = { info: level('info'), debug: level('debug'), warn: level('warn'), fatal: level('fatal') }

const running = {
  details: { port: 7 },
  reload: () => say('word', 'reading again'),
  async close(ending) {
    say('word', behaviour === 'explains' ? `closing for a ${ending}` : 'closing')
    if (behaviour === 'hangs' || behaviour === 'lingers' || behaviour === 'breaks-and-hangs')
      await new Promise(() => {})
  },
}

async function start(ending) {
  if (behaviour === 'begins' || behaviour === 'lags') {
    say('word', 'starting')
    // Something that never comes, for one that breaks off and for one that goes on.
    setInterval(() => {}, 1000)
    const never = unlessEnding(new Promise(() => {}), ending)
    await (behaviour === 'begins' ? never : never.catch(() => {}))
  }
  if (behaviour === 'shows')
    say('word', {
      proto: '__proto__' in Object.prototype,
      network: process.report.excludeNetwork,
      reports: process.report.reportOnFatalError,
    })
  if (behaviour === 'fails') throw new TickwireError('PORT_TAKEN', 'Port 7 is taken', { next: 'use another' })
  if (behaviour === 'breaks-forwarding') {
    const addresses = { publish: `ipc://${folder}/in`, subscribe: `ipc://${folder}/out` }
    const forwarder = await startForwarder({ addresses, highWaterMark: 1000 })
    running.close = () => forwarder.close()
  }
  if (behaviour === 'gives-up')
    running.failed = new Promise((_, reject) =>
      setImmediate(() => reject(new TickwireError('PORT_TAKEN', 'Port 7 went away', { next: 'use another' }))),
    )
  if (behaviour.startsWith('breaks')) setImmediate(() => void Promise.reject(new TickwireError('STORE_BUSY', 'busy')))
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
