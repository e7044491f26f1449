import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Dial, SessionAdapter } from '../../../../adapters/contract.ts'
import { Breaker } from '../../../../adapters/runtime/session/breaker.ts'
import { Link } from '../../../../adapters/runtime/session/link.ts'
import { openSocket } from '../../../../adapters/runtime/session/socket.ts'
import { Traffic } from '../../../../adapters/runtime/session/traffic.ts'
import zerodha from '../../../../adapters/zerodha/manifest.ts'
import { systemClock } from '../../../../shared/clock.ts'
import { TOPIC_MODES } from '../../../../shared/market/mode.ts'
import { KiteEmulator } from '../../../emulators/kite/server.ts'
import { holds } from '../../../support/holds.ts'
import { keptLog } from '../../../support/log.ts'
import { equity } from '../rig.ts'
import { testBroker } from './sessionrig.ts'

/** One place for a connection over the real network, that dials whenever it likes to, without a pause. */
function place(adapter: SessionAdapter, dial: () => Dial): Link {
  const { log } = keptLog()
  const ignore = () => {}
  const link = new Link({
    number: 1,
    stream: adapter,
    classify: failure => adapter.session.classify(failure),
    open: openSocket,
    clock: systemClock,
    random: () => 0,
    traffic: new Traffic(log),
    breaker: new Breaker({ tell: ignore, clock: systemClock, log }),
    listener: {
      asks: one => one.dial(dial(), undefined),
      changed: ignore,
      answered: ignore,
      ticked: ignore,
      ordered: ignore,
      rejected: ignore,
      told: ignore,
      lost: ignore,
    },
  })
  onTestFinished(() => link.stop())
  return link
}

it('a thousand instruments in three modes are asked for again in ten messages at most', async () => {
  const kite = await KiteEmulator.start({ tickMs: 0, rows: 1500 })
  onTestFinished(() => kite.close())
  kite.login()
  const ticket = { access_token: kite.accessToken, user_id: 'AB1234', api_key: kite.apiKey }
  const settings = zerodha.settings.parse({ stream_url: kite.streamUrl })
  const link = place(zerodha, () => zerodha.session.dial(settings, ticket))
  const wanted = kite.rows.slice(0, 1000).map(({ token }, nth) => {
    const mode = TOPIC_MODES[nth % 3] ?? 'LTP'
    return [equity(String(token), { token: String(token) }), mode] as const
  })
  link.want(new Map(wanted))
  link.start()
  for (let nth = 1; nth <= 3; nth++) {
    await holds(() => {
      const [one, ...more] = kite.open
      expect(more).toEqual([])
      const modes = [...(one?.subscribed.values() ?? [])]
      expect(['ltp', 'quote', 'full'].map(mode => modes.filter(other => other === mode).length)).toEqual([
        334, 333, 333,
      ])
    })
    expect(kite.connections).toHaveLength(nth)
    expect(kite.open[0]?.requests.length).toBeLessThanOrEqual(10)
    kite.faults.drop()
    await holds(() => expect(kite.connections.length).toBe(nth + 1))
  }
})

const DESCRIPTORS = '/proc/self/fd'

it.skipIf(!existsSync(DESCRIPTORS))(
  'a thousand connections, however they end, leave no descriptor behind',
  async () => {
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      verifyClient: (_, answer) => answer(seen++ % 5 !== 0, 503),
    })
    await once(server, 'listening')
    onTestFinished(() => server.close())
    let seen = 0
    server.on('connection', socket => {
      socket.send('tick A 1')
      if (seen % 3 === 0) socket.terminate()
      else if (seen % 3 === 1) socket.close(1001)
      else for (let left = 3; left > 0; left--) socket.send('bad')
    })
    const { port } = server.address() as AddressInfo
    const link = place(testBroker(), () => ({ url: `ws://127.0.0.1:${port}` }))
    const descriptorsAfter = async (connections: number) => {
      link.start()
      await holds(() => expect(seen).toBeGreaterThanOrEqual(connections))
      link.stop()
      await holds(() => expect(server.clients.size).toBe(0))
      return readdirSync(DESCRIPTORS).length
    }
    const before = await descriptorsAfter(100)
    const after = await descriptorsAfter(1100)
    expect(after).toBeLessThanOrEqual(before + 2)
  },
  40_000,
)
