import { afterAll, beforeAll, expect, it } from 'vitest'
import { askApi } from '../../support/near.ts'
import { type ProxyRig, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'
import { documentOf } from '../conversation.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig({ broker: 'simulator', others: [] })
  rig.feed.set('NSE', 'RELIANCE', tickOf(2885.3))
  rig.feed.set('NSE_INDEX', 'NIFTY', { ltp: 24_800, timestamp: 1_795_220_416_120 })
})

afterAll(() => rig.close())

const examples = [
  ...documentOf('README.md').matchAll(
    /```http ask\n([A-Z]+) (\S+)(?: (\{.*\}))?\n```\n\n```json answer\n([\s\S]*?)```/g,
  ),
]

/** What no document can know. */
const UNKNOWN = /"(now|receivedAt|ageMs|since|epoch)":\d+/g
const comparable = (value: unknown) => JSON.stringify(value).replaceAll(UNKNOWN, '"$1":0').replaceAll('TESTFEED', 'SIM')

it('what the README prints of requests for prices is what is answered', async () => {
  expect(examples.length).toBeGreaterThan(3)
  for (const [, method = '', path = '', body, answer = ''] of examples) {
    const sent = body === undefined ? undefined : JSON.parse(body.replace('YOUR_KEY', rig.keys.alice))
    const key = sent ? '' : rig.keys.alice
    const told = await askApi(rig, path, { method, key, ...(sent && { body: sent }) })
    expect(`${path} ${comparable(told.body)}`).toBe(`${path} ${comparable(JSON.parse(answer))}`)
  }
})
