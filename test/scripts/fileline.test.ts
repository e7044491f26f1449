import { expect, it } from 'vitest'
import { lineOf } from '../../scripts/fileline.ts'

const FILE = `# port = 1
log.level = "info"
[proxy]
host = "::1" # port = 2
port = 9000

[proxy.tls]
"cert_file" = "x"
[feeds.MY-FEED]
rate = 5
`

it('a setting has the line that says it, in its own section', () => {
  const lines = ['proxy.port', 'proxy.tls.cert_file', 'feeds.MY-FEED.rate', 'log.level'].map(name => lineOf(FILE, name))
  expect(lines).toEqual([5, 8, 10, 2])
})

it('what is not named has the line of its section, and what has none has no line', () => {
  expect([lineOf(FILE, 'feeds.MY-FEED'), lineOf(FILE, 'proxy.missing'), lineOf(FILE, 'bus.run_dir')]).toEqual([
    9,
    3,
    undefined,
  ])
})
