import { writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dataFolder } from '../../../shared/store/folder.ts'
import { InstrumentBook } from '../../../shared/store/instruments.ts'
import { KiteEmulator, type KiteOptions } from '../../emulators/kite/server.ts'
import { expectFailure } from '../../support/said.ts'
import { Processes, type Said } from '../../support/system.ts'

/** A data folder with an account of an emulated broker. */
async function enrolled(options: KiteOptions = {}) {
  const kite = await KiteEmulator.start(options)
  const addresses = `api_url = "${kite.apiUrl}"\nstream_url = "${kite.streamUrl}"\nlogin_url = "${kite.loginUrl}"\n`
  const there = new Processes(`[feeds.ZERODHA]\n${addresses}[feeds.ZERODHA-ASHA]\napi_url = "http://127.0.0.1:1"\n`)
  onTestFinished(async () => {
    await kite.close()
    there.remove()
  })
  const add = (...more: string[]) =>
    there.pipe(`api_key=${kite.apiKey}\napi_secret=${kite.apiSecret}\n`, 'account', 'add', 'zerodha', ...more)
  const said = await add()
  expect(said.code, said.err).toBe(0)
  const book = new InstrumentBook(dataFolder({ dataDir: there.folder, bus: { runDir: `${there.folder}/run` } }))
  onTestFinished(() => book.close())
  return { kite, there, book, add }
}

const rowsOf = ({ out }: Said) =>
  out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))

const doctor = async (there: Processes) =>
  rowsOf(await there.run('doctor', '--json')).find(({ check }) => check === 'list ZERODHA')

describe('tickwire instruments sync', () => {
  it('fetches the lists of all accounts, and says what has changed', async () => {
    const { there, kite, book } = await enrolled()
    expect(await doctor(there)).toMatchObject({ verdict: 'fail', fix: 'tickwire instruments sync ZERODHA' })
    const first = await there.run('instruments', 'sync')
    expect(first.err).toBe('')
    const [row] = rowsOf(first)
    expect(row).toEqual({
      feed: 'ZERODHA',
      count: expect.any(Number),
      changed: true,
      skipped: 0,
      tookMs: expect.any(Number),
    })
    expect(row.count).toBe(kite.rows.length)
    expect(book.find('ZERODHA', 'NSE', 'RELIANCE')?.token).toBe(String(kite.row('NSE:RELIANCE').token))
    expect(await doctor(there)).toMatchObject({
      verdict: 'ok',
      detail: expect.stringMatching(/instruments, fetched .* ago/),
    })
    expect(rowsOf(await there.run('instruments', 'sync', 'zerodha'))).toMatchObject([{ changed: false }])
    const { moved } = kite.faults.instrumentsChanged()
    expect(moved).toContain('NSE:RELIANCE')
    const table = await there.run('instruments', 'sync', '--format', 'table')
    expect(table.out).toMatch(/^FEED +INSTRUMENTS +CHANGED +LEFT OUT +TOOK\nZERODHA +[\d,]+ +yes +0 +[\d.]+ m?s\n$/)
    expect(book.find('ZERODHA', 'NSE', 'RELIANCE')?.token).toBe(String(kite.row('NSE:RELIANCE').token))
  })

  it('logs in with the ticket of the vault where the broker wants one, and names the login that is missing', async () => {
    const { there, kite } = await enrolled({ listNeedsToken: true })
    expectFailure(await there.run('instruments', 'sync'), 3, /^error SESSION_EXPIRED: /, /tickwire account login/)
    const login = await there.pipe(
      `${kite.issueRequestToken()}\n`,
      'account',
      'login',
      'zerodha',
      '--callback-port',
      'off',
    )
    expect(login.code, login.err).toBe(0)
    const said = await there.run('instruments', 'sync', '--debug')
    expect([said.code, rowsOf(said).length]).toEqual([0, 1])
    const secrets = [kite.apiKey, kite.apiSecret, kite.accessToken ?? 'none']
    for (const secret of secrets) expect(said.out + said.err).not.toContain(secret)
  })

  it('keeps the last list when the new one is cut, or none comes', async () => {
    const { there, kite, book } = await enrolled()
    await there.run('instruments', 'sync')
    const before = book.facts('ZERODHA')
    kite.faults.instrumentsCut()
    expectFailure(await there.run('instruments', 'sync'), 1, /^error INSTRUMENTS_MALFORMED: /, /sync/)
    kite.faults.instrumentsCut({ how: 'transfer' })
    expectFailure(await there.run('instruments', 'sync'), 4, /^error BROKER_UNREACHABLE: 127\.0\.0\.1:\d+ /, /network/)
    kite.faults.restStatus({ status: 503 })
    expectFailure(await there.run('instruments', 'sync'), 4, /^error BROKER_UNREACHABLE: /, /./)
    expect(book.facts('ZERODHA')).toEqual(before)
  })

  it('takes a list that has become less than half only when it is forced to', async () => {
    const { there } = await enrolled({ rows: 2000 })
    await there.run('instruments', 'sync')
    const small = await KiteEmulator.start()
    onTestFinished(() => small.close())
    const config = `[feeds.ZERODHA]\napi_url = "${small.apiUrl}"\n`
    const other = `${there.folder}/other.toml`
    writeFileSync(other, config)
    const refused = await there.run('--config', other, 'instruments', 'sync')
    expectFailure(refused, 1, /^error INSTRUMENTS_MALFORMED: .* less than half of the 2000 /, /sync ZERODHA.*--force/)
    const forced = await there.run('--config', other, 'instruments', 'sync', '--force')
    expect(rowsOf(forced)).toMatchObject([{ count: small.rows.length, changed: true }])
  })

  it('goes on with the other accounts when one fails, and ends with its error', async () => {
    const { there, add } = await enrolled()
    expect((await add('--name', 'ZERODHA-ASHA')).code).toBe(0)
    const said = await there.run('instruments', 'sync')
    expect(rowsOf(said).map(({ feed }) => feed)).toEqual(['ZERODHA'])
    expect(said.err).toMatch(
      /^error BROKER_UNREACHABLE: ZERODHA-ASHA: 127\.0\.0\.1:1 cannot be reached: .+\nnext: .+\n$/,
    )
    expect(said.code).toBe(4)
    await there.run('adapter', 'disable', 'ZERODHA-ASHA')
    expect((await there.run('instruments', 'sync')).code).toBe(0)
  })

  it('has clear words where there is nothing to fetch', async () => {
    const there = new Processes()
    onTestFinished(() => there.remove())
    const nothing = () => there.run('instruments', 'sync')
    expectFailure(
      await nothing(),
      1,
      /^error NOT_FOUND: There is no enabled account/,
      'next: tickwire account add BROKER',
    )
    await there.run('init', '--yes')
    expectFailure(
      await nothing(),
      1,
      /^error NOT_FOUND: There is no enabled account/,
      'next: tickwire account add BROKER',
    )
    expectFailure(await there.run('instruments', 'sync', 'SIMULATOR'), 2, /^error USAGE: Feed SIMULATOR/, /sync/)
    expectFailure(await there.run('instruments', 'sync', 'NOBODY'), 2, /^error FEED_UNKNOWN: /, /account list/)
  })
})

describe('tickwire instruments explain', () => {
  it('says how old the list is, and that an expired contract is expired', async () => {
    const { there, kite } = await enrolled({ today: '2020-01-06' })
    await there.run('instruments', 'sync')
    const old = kite.rows.find(({ segment }) => segment === 'NFO-FUT')
    const symbol = rowsOf(await there.run('instruments', 'search', old?.symbol ?? ''))[0]
    const name = `${symbol.exchange}:${symbol.symbol}`
    expect(rowsOf(await there.run('instruments', 'explain', name))).toMatchObject([
      { expired: true, listedAt: expect.any(Number) },
    ])
    const said = await there.run('instruments', 'explain', name, '--format', 'table')
    expect(said.out).toContain(`EXPIRED ${old?.expiry}`)
    expect(said.out).toMatch(/\nlist +fetched [\d.]+ m?s ago\n/)
  })
})
