import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually, System } from '../../support/system.ts'

class AlwaysOpen extends System {
  static override async start(): Promise<AlwaysOpen> {
    const system = new AlwaysOpen()
    await system.begin(['up', '--port', 'auto', '--market', 'always-open'])
    return system
  }
}

let system: AlwaysOpen

beforeAll(async () => {
  system = await AlwaysOpen.start()
})
afterAll(() => system.close())

it('a market that is always open is told in the banner, as a warning, and by every feed', async () => {
  expect(system.up.err).toMatch(/^warning: MARKET ALWAYS OPEN \(market = "always-open"\): /m)
  expect(system.up.out).toMatch(/^ {2}market {2}ALWAYS OPEN/m)
  const [feed] = await eventually(async () => {
    const { out } = await system.run('status', '--json')
    const { feeds } = JSON.parse(out) as { feeds: { name: string; state: string; reason?: string }[] }
    return feeds[0]?.state === 'live' && feeds
  })
  expect(feed?.reason).toMatch(/MARKET ALWAYS OPEN/)
})

it('the state of the market is a line of the status', async () => {
  const { out } = await system.run('status', '--format', 'table')
  // This command was not told: it shows the calendar.
  expect(out).toMatch(/^Market {3}\S.*/m)
})
