import { describe, expect, it } from 'vitest'
import { Wants } from '../../../proxy/dashboard/wants.ts'
import { ManualClock } from '../../../shared/clock.ts'

interface Sent {
  readonly action: string
  readonly symbols: readonly { readonly symbol: string }[]
}

function open() {
  const clock = new ManualClock()
  const sent: Sent[] = []
  const gone: string[] = []
  const wants = new Wants(
    clock,
    message => sent.push(message as Sent) > 0,
    (name, mode) => gone.push(`${mode} ${name}`),
  )
  wants.connected()
  const said = () => sent.splice(0).map(({ action, symbols }) => [action, symbols.map(one => one.symbol).join()])
  return { clock, wants, said, sent, gone }
}

describe('what the page holds on the stream', () => {
  it('is asked for in one message', () => {
    const { clock, wants, said } = open()
    for (const symbol of ['A', 'B', 'C']) wants.hold(`NSE:${symbol}`, 'Quote')
    clock.advance(100)
    expect(said()).toEqual([['subscribe', 'A,B,C']])
  })

  it('is given back after a time of grace, unless somebody came back', () => {
    const { clock, wants, said } = open()
    const letGo = ['A', 'B'].map(symbol => wants.hold(`NSE:${symbol}`, 'Quote'))
    clock.advance(100)
    for (const one of letGo) one()
    clock.advance(1000)
    wants.hold('NSE:B', 'Quote')
    clock.advance(10_000)
    expect(said()).toEqual([
      ['subscribe', 'A,B'],
      ['unsubscribe', 'A'],
    ])
  })

  it('is told to be gone with its last holder, mode by mode, with or without a connection', () => {
    const { clock, wants, gone } = open()
    const letGo = [wants.hold('NSE:A', 'Depth'), wants.hold('NSE:A', 'Depth', 20), wants.hold('NSE:A', 'Quote')]
    clock.advance(100)
    letGo[0]?.()
    letGo[2]?.()
    clock.advance(10_000)
    expect(gone).toEqual(['Quote NSE:A'])
    wants.disconnected()
    letGo[1]?.()
    clock.advance(10_000)
    expect(gone).toEqual(['Quote NSE:A', 'Depth NSE:A'])
  })

  it('does not hold back what comes for the grace of what goes', () => {
    const { clock, wants, said } = open()
    const letGo = wants.hold('NSE:A', 'Quote')
    clock.advance(100)
    said()
    wants.hold('NSE:B', 'Quote')
    letGo()
    clock.advance(100)
    expect(said()).toEqual([['subscribe', 'B']])
  })

  it('says nothing of rows that only flew past', () => {
    const { clock, wants, said } = open()
    wants.hold('NSE:A', 'Quote')()
    wants.hold('NSE:B', 'Quote')
    clock.advance(10_000)
    expect(said()).toEqual([['subscribe', 'B']])
    expect(wants.size).toBe(1)
  })

  it('takes leave of the rows of a long scroll once a second', () => {
    const { clock, wants, said } = open()
    for (let nth = 0; nth < 200; nth++) {
      const letGo = wants.hold(`NSE:S${nth}`, 'Quote')
      clock.advance(100)
      letGo()
    }
    clock.advance(10_000)
    const leaves = said().filter(([action]) => action === 'unsubscribe')
    expect(leaves.length).toBeLessThanOrEqual(24)
    expect(leaves.flatMap(([, symbols = '']) => symbols.split(','))).toHaveLength(200)
    expect(wants.size).toBe(0)
  })

  it('is said again on a new connection, what is held and nothing else', () => {
    const { clock, wants, said } = open()
    wants.hold('NSE:A', 'Quote')
    const letGo = wants.hold('NSE:B', 'Quote')
    clock.advance(100)
    wants.disconnected()
    letGo()
    said()
    wants.connected()
    expect(said()).toEqual([['subscribe', 'A']])
  })
})

describe('what the server refuses', () => {
  const said = (symbol: string, status: 'success' | 'error', mode?: string) => ({
    subscriptions: [{ exchange: 'NSE', symbol, status, ...(mode && { mode }), message: 'no room' }],
  })

  it('is not held, and asked for again, later each time, until it is granted', () => {
    const { clock, wants, said: sent } = open()
    wants.hold('NSE:A', 'Quote')
    const asks: number[] = []
    for (let second = 0; second < 60; second++) {
      clock.advance(1000)
      if (sent().length === 0) continue
      asks.push(second)
      expect(wants.answered(said('A', 'error'))).toEqual(new Map([['NSE:A', 'no room']]))
      expect([...wants.held()]).toEqual([])
      expect(wants.names()).toEqual(['NSE:A'])
      expect(wants.size).toBe(0)
    }
    expect(asks).toEqual([0, 5, 15, 35])
    clock.advance(60_000)
    expect(sent()).toHaveLength(1)
    expect(wants.answered(said('A', 'success', 'Quote')).size).toBe(0)
    expect([...wants.held()]).toEqual(['NSE:A'])
    clock.advance(120_000)
    expect(sent()).toEqual([])
  })

  it('is asked for at once on a new connection', () => {
    const { clock, wants, said: sent } = open()
    wants.hold('NSE:A', 'Quote')
    clock.advance(100)
    wants.answered(said('A', 'error'))
    sent()
    wants.disconnected()
    wants.connected()
    expect(sent()).toEqual([['subscribe', 'A']])
  })

  it('in one mode leaves what comes in another', () => {
    const { clock, wants } = open()
    wants.hold('NSE:A', 'Quote')
    clock.advance(100)
    wants.answered(said('A', 'success', 'Quote'))
    wants.hold('NSE:A', 'Depth')
    clock.advance(100)
    expect(wants.answered(said('A', 'error')).size).toBe(0)
    expect([...wants.held()]).toEqual(['NSE:A'])
  })

  it('as a whole message is all that was not answered', () => {
    const { clock, wants } = open()
    wants.hold('NSE:A', 'Quote')
    clock.advance(100)
    wants.answered(said('A', 'success', 'Quote'))
    expect(wants.refused().size).toBe(0)
    wants.hold('NSE:B', 'Quote')
    clock.advance(100)
    expect([...wants.refused()]).toEqual(['NSE:B'])
  })
})
