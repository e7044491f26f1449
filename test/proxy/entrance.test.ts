import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Entrance } from '../../proxy/entrance.ts'
import { ManualClock } from '../../shared/clock.ts'
import { until } from '../support/bus.ts'
import { keptLog } from '../support/log.ts'
import { openTurnstile } from '../support/turnstile.ts'

/** An entrance on a free port with some who knock, each of whom costs `costMs` to let in. */
async function open(knocking: number, costMs: number) {
  const clock = new ManualClock()
  const admitted: Socket[] = []
  const admit = (socket: Socket) => {
    admitted.push(socket)
    clock.freeze(costMs)
  }
  const turnstile = openTurnstile(clock)
  let arrived = 0
  const arrive = turnstile.arrive.bind(turnstile)
  turnstile.arrive = (socket, enter) => {
    arrived++
    arrive(socket, enter)
  }
  const entrance = new Entrance({ clock, log: keptLog().log, turnstile, admit })
  const { port } = await entrance.listen({ host: '127.0.0.1', port: 0 })
  const clients = Array.from({ length: knocking }, () => connect(port, '127.0.0.1').on('error', () => {}))
  onTestFinished(() => {
    entrance.close()
    for (const one of [...clients, ...admitted]) one.destroy()
  })
  const haveArrived = () => until('all wait', () => arrived === knocking)
  return { clock, entrance, admitted, clients, port, haveArrived }
}

describe('the entrance', () => {
  it('lets in as many in a turn as 2 ms allow, all in the end', async () => {
    const { clock, admitted } = await open(9, 1)
    const steps: number[] = []
    await until('all are in', () => {
      const before = admitted.length
      clock.advance(0)
      steps.push(admitted.length - before)
      return admitted.length === 9
    })
    expect(Math.max(...steps)).toBe(2)
  })

  it('lets in one at a time while those who came before keep the process busy', async () => {
    const { clock, admitted, haveArrived } = await open(9, 0.5)
    await haveArrived()
    const steps: number[] = []
    await until('all are in', () => {
      const before = admitted.length
      clock.advance(0)
      steps.push(admitted.length - before)
      clock.freeze(21)
      return admitted.length === 9
    })
    expect(steps).toEqual([4, 1, 1, 1, 1, 1])
  })

  it('lets in all that wait at once when that costs nothing', async () => {
    const { clock, admitted } = await open(9, 0)
    await until('all are in', () => {
      clock.advance(0)
      return admitted.length === 9
    })
  })

  it('loses nothing that was sent before somebody was let in', async () => {
    const { clock, admitted, clients } = await open(1, 0)
    await new Promise(resolve => clients[0]?.write('early', resolve))
    await until('it is in', () => {
      clock.advance(0)
      return admitted.length === 1
    })
    let heard = ''
    admitted[0]?.on('data', bytes => {
      heard += String(bytes)
    })
    await until('it is heard', () => heard === 'early')
  })

  it('that is closed while it lets them in keeps those who are in', async () => {
    const { clock, entrance, admitted, clients } = await open(5, 1)
    await until('all wait', () => clients.every(({ readyState }) => readyState === 'open'))
    await until('some are in', () => {
      clock.advance(0)
      return admitted.length > 0
    })
    entrance.close()
    expect(admitted.length).toBeLessThan(5)
    expect(admitted.filter(({ destroyed }) => destroyed)).toEqual([])
  })

  it('that is closed lets go of who still waits, and of the port', async () => {
    const { entrance, clients, port } = await open(2, 1)
    const gone = Promise.all(clients.map(one => new Promise(resolve => one.once('close', resolve))))
    for (const one of clients) one.resume()
    await new Promise(resolve => clients[1]?.once('connect', resolve))
    entrance.close()
    await gone
    const late = connect(port, '127.0.0.1')
    await new Promise(resolve => late.once('error', resolve))
  })
})
