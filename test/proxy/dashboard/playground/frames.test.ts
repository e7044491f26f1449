import { describe, expect, it } from 'vitest'
import { Frames, pretty } from '../../../../proxy/dashboard/playground/frames.ts'

describe('the frames of the playground', () => {
  it('have their direction, time and size in bytes', () => {
    const frames = new Frames()
    frames.add(7, 'out', '{"action":"ping","timestamp":"₹"}')
    expect(frames.find('', 10)).toMatchObject([{ at: 7, direction: 'out', bytes: 35, isError: false }])
    expect([frames.count, frames.bytes]).toEqual([1, 35])
  })

  it('are found by all the words, the newest first', () => {
    const frames = new Frames()
    for (const symbol of ['TCS', 'INFY', 'TCS']) frames.add(1, 'in', `{"type":"market_data","symbol":"${symbol}"}`)
    expect(frames.find('tcs market', 10).map(({ id }) => id)).toEqual([3, 1])
    expect(frames.find('', 2).map(({ id }) => id)).toEqual([3, 2])
  })

  it('are marked where something was refused, wholly or in part, and nowhere else', () => {
    const frames = new Frames()
    frames.add(1, 'in', '{"status":"error","code":"INVALID_MODE","message":"…"}')
    frames.add(1, 'in', '{"type":"subscribe","status":"partial","subscriptions":[]}')
    frames.add(1, 'in', '{"type":"subscribe","status":"success","subscriptions":[]}')
    frames.add(1, 'in', '{"type":"market_data","symbol":"\\"status\\":\\"error\\""}')
    frames.add(1, 'out', '{"status":"error"}')
    expect(frames.all.map(({ isError }) => isError)).toEqual([true, true, false, false, false])
  })

  it('are no more than some hundreds, and counted all', () => {
    const frames = new Frames()
    for (let nth = 0; nth < 5000; nth++) frames.add(nth, 'in', 'x')
    expect(frames.all.length).toBeLessThanOrEqual(1000)
    expect(frames.count).toBe(5000)
    expect(frames.find('', 1)[0]?.at).toBe(4999)
    frames.clear()
    expect([frames.count, frames.bytes, frames.all.length]).toEqual([0, 0, 0])
  })

  it('are written easy to read where they are JSON', () => {
    expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}')
    expect(pretty('ping')).toBe('ping')
  })
})
