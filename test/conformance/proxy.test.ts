import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestClient } from '../support/client.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'
import { limited, play } from './case.ts'
import { chosen } from './catalogue.ts'
import { frame, PONG, TEXT } from './frame.ts'
import type { Peer } from './peer.ts'

let rig: ProxyRig
let witness: TestClient

beforeAll(async () => {
  rig = await startRig()
  witness = await rig.enter()
  await witness.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 'LTP' })
  await rig.feed.wanted('NSE_TCS_LTP')
})

afterAll(() => rig.close())

async function enter(peer: Peer): Promise<void> {
  await peer.write(frame(TEXT, JSON.stringify({ action: 'authenticate', api_key: rig.keys.alice })))
  await peer.until('the answer to the key', () => peer.heard.length > 0)
  expect(JSON.parse(String(peer.heard[0]?.payload))).toMatchObject({ type: 'auth', status: 'success' })
}

/** One of each kind of frame that a client can get wrong, and what is a control frame's to do. */
const PINGS = ['2.5', '2.10', '5.1', '5.6']
const BAD_FRAMES = ['3.2', '3.6', '4.1.3', '4.2.4', '5.10', '5.15', '5.18', '9.1.4', 'B.1', 'B.5']
const BAD_TEXT = ['6.3.1', '6.4.1', '6.16.3', '7.5.1']
const CLOSES = ['7.1.3', '7.3.2', '7.3.6', '7.7.1', '7.7.10', '7.9.1', '7.9.4', '7.13.1']
const TRIED = chosen([...PINGS, ...BAD_FRAMES, ...BAD_TEXT, ...CLOSES])

describe('the proxy, to a client with a key', () => {
  it.each(TRIED.map(one => [`${one.id} ${one.about}`, one] as const))(
    'answers frames as RFC 6455 says, and others go on: %s',
    async (_, one) => {
      const { maxMessageBytes } = rig.config.proxy
      // Its texts are answers in JSON, not echoes.
      const counts = ({ opcode }: { opcode: number }) => opcode === PONG
      const verdict = await play(limited(one, maxMessageBytes), { port: rig.port }, { begin: enter, counts })
      expect(verdict).not.toHaveProperty('failed')
      const before = witness.ticks.length
      rig.feed.tick('NSE', 'TCS', tickOf(before + 1))
      await witness.tick('the next price', () => witness.ticks.length > before)
    },
  )
})
