import { createHash } from 'node:crypto'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FlattradeEmulator } from './server.ts'

let emulator: FlattradeEmulator

beforeEach(async () => {
  emulator = await FlattradeEmulator.start({ tickMs: 0, today: '2026-11-21', quotesPerMinute: 3 })
})

afterEach(() => emulator.close())

const get = (path: string) => fetch(`${emulator.origin}${path}`, { redirect: 'manual' })
const post = (path: string, body: string) => fetch(`${emulator.origin}${path}`, { method: 'POST', body })
const proof = (code: string, secret = emulator.account.apiSecret) =>
  createHash('sha256').update(`${emulator.account.apiKey}${code}${secret}`).digest('hex')

const redeem = async (code: string, change: object = {}) => {
  const asked = { api_key: emulator.account.apiKey, request_code: code, api_secret: proof(code), ...change }
  const answer = await post('/trade/apitoken', JSON.stringify(asked))
  return { status: answer.status, said: (await answer.json()) as { [name: string]: string } }
}

describe('the login', () => {
  it('sends the person back with a code, which is worth a token, once', async () => {
    const page = await get(`/auth/?app_key=${emulator.account.apiKey}`)
    const back = new URL(page.headers.get('location') ?? '')
    expect([page.status, back.searchParams.get('client')]).toEqual([302, 'FT000000'])
    const code = back.searchParams.get('code') ?? ''
    const { said } = await redeem(code)
    expect(said).toEqual({
      stat: 'Ok',
      token: emulator.account.accessToken(),
      client: 'FT000000',
      status: 'Ok',
      emsg: '',
    })
    expect(await redeem(code)).toMatchObject({ status: 200, said: { stat: 'Not_Ok' } })
  })

  it('refuses with HTTP 200', async () => {
    const code = new URL(emulator.answer()).searchParams.get('code') ?? ''
    for (const change of [{ api_key: 'another' }, { request_code: 'another' }, { api_secret: proof(code, 'another') }])
      expect(await redeem(code, change)).toMatchObject({ status: 200, said: { stat: 'Not_Ok' } })
    expect((await redeem(code)).said).toMatchObject({ stat: 'Ok' })
    expect((await get('/auth?app_key=another')).status).toBe(400)
  })
})

describe('the lists', () => {
  it('are eight files, each with something in it, and the same as archives', async () => {
    const { default: adapter } = await import('../../../adapters/flattrade/manifest.ts')
    const { master_files } = adapter.settings.parse({}) as { master_files: string[] }
    for (const file of master_files) {
      const list = await (await get(`/scripmaster/${file}`)).text()
      expect(list.split('\n').length, file).toBeGreaterThan(2)
      const archive = Buffer.from(await (await get(`/scripmaster/${file}.zip`)).arrayBuffer())
      expect(Buffer.from(unzipSync(archive)[file] ?? []).toString()).toBe(list)
    }
  })

  it('are there as other brokers of the family have them', async () => {
    const archive = Buffer.from(await (await get('/scripmaster/NFO_symbols.txt.zip')).arrayBuffer())
    const list = Buffer.from(unzipSync(archive)['NFO_symbols.txt'] ?? []).toString()
    expect(list).toMatch(
      /^Exchange,Token,LotSize,Symbol,TradingSymbol,Expiry,Instrument,OptionType,StrikePrice,TickSize,\n/,
    )
    expect(list).toContain(',FUTIDX,XX,-0.01,0.05,\n')
  })

  it('that are not there may not be seen', async () => {
    expect((await get('/scripmaster/Nothing.csv')).status).toBe(403)
  })

  it('change with the day, and end inside a row on order', async () => {
    const before = await (await get('/scripmaster/NSE_Equity.csv')).text()
    emulator.faults.instrumentsChanged()
    expect(await (await get('/scripmaster/NSE_Equity.csv')).text()).not.toBe(before)
    emulator.faults.instrumentsCut()
    expect(await (await get('/scripmaster/NSE_Equity.csv')).text()).not.toMatch(/\n$/)
  })
})

describe('quotes', () => {
  const ask = async (content: object, token = emulator.account.accessToken()) => {
    const answer = await post('/PiConnectAPI/GetQuotes', `jData=${JSON.stringify(content)}&jKey=${token}`)
    return { status: answer.status, text: await answer.text() }
  }
  const acc = { uid: 'FT000000', exch: 'NSE', token: '22' }

  it('say all of one scrip, the last level with a capital letter', async () => {
    emulator.account.login()
    const said = JSON.parse((await ask(acc)).text) as object
    expect(said).toMatchObject({ stat: 'Ok', exch: 'NSE', token: '22', tsym: 'ACC-EQ', So5: expect.any(String) })
    expect(Object.keys(said)).toEqual(expect.arrayContaining(['lp', 'bp5', 'ltt', 'request_time']))
    expect(Object.keys(said)).not.toContain('so5')
  })

  it('refuse a stranger, an unknown scrip in text that is no JSON, and too many', async () => {
    expect(await ask(acc, 'another')).toMatchObject({ status: 200, text: expect.stringContaining('Session Expired') })
    emulator.account.login()
    const none = await ask({ ...acc, token: '999999' })
    expect(none.text).toContain('"no data"')
    expect(() => JSON.parse(none.text) as unknown).toThrow(SyntaxError)
    for (const _ of [1, 2]) await ask(acc)
    expect((await ask(acc)).text).toContain('exceeds Limit')
  })
})
