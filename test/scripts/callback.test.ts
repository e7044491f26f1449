import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Callback, type Verdict } from '../../scripts/callback.ts'
import { systemClock } from '../../shared/clock.ts'

/** A callback on a free port, and the addresses it was asked to judge. */
async function open(verdict: Verdict | ((address: string) => Verdict) = 'taken') {
  const judged: string[] = []
  const judge = (address: string) => {
    judged.push(address)
    return typeof verdict === 'string' ? verdict : verdict(address)
  }
  const callback = await Callback.open(0, judge, systemClock)
  onTestFinished(() => callback.close())
  return { callback, judged, port: Number(new URL(callback.address).port) }
}

interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

const get = (port: number, path: string, host = `127.0.0.1:${port}`, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, headers: { host } }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asking.on('error', reject).end()
  })

describe('the callback of a login', () => {
  it('takes the address with the answer, and tells the person that he is done', async () => {
    const { port, judged } = await open()
    const { status, headers, text } = await get(port, '/?code=hush')
    expect({ status, text }).toEqual({ status: 200, text: expect.stringContaining('You can close this window') })
    expect(text).not.toContain('hush')
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      connection: 'close',
    })
    expect(judged).toEqual([`http://127.0.0.1:${port}/?code=hush`])
  })

  it('takes it once; the browser that asks again sees the same page', async () => {
    const { port, judged } = await open()
    await get(port, '/callback?code=1')
    expect((await get(port, '/callback?code=2')).status).toBe(200)
    expect(judged).toHaveLength(1)
  })

  it('goes on after an icon, an address without an answer and a refused one', async () => {
    const { port, judged } = await open(address => (/=(none|refused|taken)$/.exec(address)?.[1] ?? 'none') as Verdict)
    expect((await get(port, '/favicon.ico')).status).toBe(404)
    expect(judged).toEqual([])
    expect((await get(port, '/?x=none')).status).toBe(404)
    expect((await get(port, '/?x=refused')).status).toBe(400)
    expect((await get(port, '/?x=taken')).status).toBe(200)
  })

  it('answers the browser of this machine only, and only GET', async () => {
    const { port, judged } = await open()
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1.evil.example:${port}`,
    ])
      expect((await get(port, '/?code=1', host)).status, host).toBe(421)
    for (const method of ['POST', 'HEAD', 'OPTIONS', 'PUT'])
      expect((await get(port, '/?code=1', undefined, method)).status, method).toBe(405)
    expect(judged).toEqual([])
    for (const host of [`LOCALHOST:${port}`, `[::1]:${port}`])
      expect((await get(port, '/?code=1', host)).status).toBe(200)
  })

  it('says who has the port when it is not free', async () => {
    const { port } = await open()
    await expect(Callback.open(port, () => 'taken', systemClock)).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: `Port ${port} of 127.0.0.1 is held by another program`,
    })
  })

  it('closes also while a browser holds a connection open', async () => {
    const { port, callback } = await open()
    const held = connect(port, '127.0.0.1')
    const closed = new Promise(resolve => {
      held.once('close', resolve).on('error', () => {})
    })
    await new Promise(resolve => held.once('connect', resolve))
    await callback.close()
    await closed
  })
})
