import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { statusTopic } from '../../bus/bus.ts'
import { LANE_HEADER_BYTES, laneTopic, readLaneHeader, writeLaneHeader } from '../../bus/lane.ts'
import { type BusRig, listen, until, watchDemand } from '../support/bus.ts'

const MARK = 100
const TOPIC = 'DEMO_NSE_SBIN_LTP'

/** What every driver of `Bus` must do where a receiver cannot keep up. */
export function describeHighWaterMark(name: string, start: (highWaterMark: number) => Promise<BusRig>): void {
  describe(`${name} at its high-water mark`, () => {
    let rig: BusRig

    beforeEach(async () => {
      rig = await start(MARK)
    })

    afterEach(() => rig.close())

    it('a receiver that does not read holds up neither the publisher nor another receiver', async () => {
      const [publisher, blocked, receiver] = [rig.open(), rig.open(), rig.open()]
      const wanted = watchDemand(publisher)
      blocked.subscribe(TOPIC)
      blocked.subscribe('FENCE')
      receiver.subscribe(TOPIC)
      receiver.subscribe('FENCE 2')
      const messages = listen(receiver)
      await until('demand', () => wanted.size === 3)
      const body = Buffer.alloc(8000)
      for (let round = 1; round <= 100; round++) {
        for (let index = 0; index < 10; index++) publisher.publish(TOPIC, body)
        await until(`round ${round}`, () => messages.length === round * 10)
      }
      const late = listen(blocked)
      await until('the blocked one reads again', () => late.length > 0)
      await Promise.all([publisher.close(), blocked.close(), receiver.close()])
    })

    it('a loss leaves a hole in the sequence, and a heartbeat shows it even when silence follows', async () => {
      const [publisher, receiver] = [rig.open(), rig.open()]
      const wanted = watchDemand(publisher)
      const lane = laneTopic('DEMO', 'P1')
      const status = statusTopic('DEMO')
      receiver.subscribe(lane)
      receiver.subscribe(status)
      const sequences: number[] = []
      let lost = 0
      let lastKnown = 0
      receiver.onMessage(({ topic, body }) => {
        const sequence = topic === lane ? readLaneHeader(body).sequence : Number(body.toString())
        const expected = topic === lane ? lastKnown + 1 : lastKnown
        if (topic === lane) sequences.push(sequence)
        lost += sequence - expected
        lastKnown = sequence
      })
      await until('demand', () => wanted.size === 2)

      const last = 20_000
      for (let sequence = 1; sequence <= last; sequence++) {
        const body = Buffer.alloc(LANE_HEADER_BYTES + 4000)
        writeLaneHeader(body, { records: 0, epoch: 1, sequence, sentAt: 1 })
        publisher.publish(lane, body)
      }
      expect(publisher.counts().published).toBe(last)
      await until('the heartbeat', () => {
        publisher.publish(status, Buffer.from(String(last)))
        return lastKnown === last
      })
      expect(sequences.length).toBeGreaterThan(0)
      expect(sequences.length).toBeLessThan(last)
      expect(sequences).toEqual([...sequences].sort((a, b) => a - b))
      expect(lost).toBe(last - sequences.length)
      await Promise.all([publisher.close(), receiver.close()])
    })
  })
}
