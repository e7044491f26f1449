import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { limited, play } from './case.ts'
import { chosen } from './catalogue.ts'
import { startEcho } from './echo.ts'

const USAGE = `Examples:
  npm run echo -- --port 9001                     echoes what it is sent, until Ctrl-C
  npm run echo -- --cases                         plays all cases of the suite against itself, and says what failed
  npm run echo -- --cases 6.4,9                   some of them
  npm run echo -- --cases --max-bytes 65536       with the message limit of the proxy: what is longer must be refused
  npm run echo -- --key key.pem --cert cert.pem   over TLS; the certificate is for localhost

Options: --port N --cases [PREFIX,…] --max-bytes N (16 MiB) --key FILE --cert FILE --help`

const MOST = 16 * 1024 * 1024
const say = (words: string): void => void process.stdout.write(`${words}\n`)

/** `--cases` may stand alone. */
const words = process.argv.slice(2).flatMap((word, at, all) => {
  const next = all[at + 1]
  return word === '--cases' && (next === undefined || next.startsWith('--')) ? [word, ''] : [word]
})

function whole(name: string, said: string): number {
  if (!/^\d+$/.test(said)) throw new Error(`--${name} is a whole number, not "${said}"`)
  return Number(said)
}

async function main(): Promise<void> {
  const one = { type: 'string' } as const
  const { values } = parseArgs({
    args: words,
    options: { port: one, cases: one, 'max-bytes': one, key: one, cert: one, help: { type: 'boolean' } },
  })
  if (values.help) return say(USAGE)
  const { key, cert } = values
  if ((key === undefined) !== (cert === undefined)) throw new Error('--key and --cert go together')
  const secure =
    key !== undefined && cert !== undefined
      ? { key: readFileSync(key, 'utf8'), certificate: readFileSync(cert, 'utf8') }
      : undefined
  const maxMessageBytes = whole('max-bytes', values['max-bytes'] ?? String(MOST))
  const echo = await startEcho({ port: whole('port', values.port ?? '0'), maxMessageBytes, secure })
  if (values.cases === undefined) {
    say(`Echoing on ${secure ? 'wss' : 'ws'}://127.0.0.1:${echo.port}, messages of at most ${maxMessageBytes} bytes`)
    return
  }
  const counts = { OK: 0, 'NON-STRICT': 0, failed: 0 }
  for (const case_ of chosen(values.cases.split(',').filter(prefix => prefix !== ''))) {
    const verdict = await play(limited(case_, maxMessageBytes), { port: echo.port, certificate: secure?.certificate })
    const kind = typeof verdict === 'string' ? verdict : 'failed'
    counts[kind]++
    if (verdict !== 'OK')
      say(`${case_.id} ${case_.about}: ${typeof verdict === 'string' ? verdict : `FAILED, ${verdict.failed}`}`)
  }
  await echo.close()
  say(`${counts.OK} OK, ${counts['NON-STRICT']} NON-STRICT, ${counts.failed} failed`)
  process.exitCode = counts.failed === 0 ? 0 : 1
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`)
  process.exitCode = 2
}
