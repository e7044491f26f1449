import { describe, expect, it } from 'vitest'
import { master } from '../../../adapters/angel/instruments.ts'

const row = (token: number, more: object = {}) => ({
  token: String(token),
  symbol: `S${token}-EQ`,
  name: `S${token}`,
  expiry: '',
  strike: '-1.000000',
  lotsize: '1',
  instrumenttype: '',
  exch_seg: 'NSE',
  tick_size: '5.000000',
  ...more,
})

function read(text: string | Uint8Array): { tokens: string[]; skipped: string[] } {
  const skipped: string[] = []
  const tokens = [...master.parse([Buffer.from(text)], why => skipped.push(why))].map(({ token }) => token)
  return { tokens, skipped }
}

describe('the list', () => {
  it.each([
    ['a page', '<html><body>Bad gateway</body></html>', 'it begins with "<html>'],
    ['nothing', '', 'it begins with ""'],
    ['an error', '{"status":false,"errorcode":"AG8001"}', 'it begins with "{'],
    ['a text', '"[]"', String.raw`it begins with "\"[]`],
    ['no row at all', '[]', 'it holds no instrument'],
    ['no readable row', '[{"a":1}]', 'it holds no instrument'],
    ['one bracket', '[', 'it ends in the middle'],
  ])('that is %s is refused as a whole', (_, text, why) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'INSTRUMENTS_MALFORMED', message: expect.stringContaining(why) }),
    )
  })

  it('cut anywhere is refused before a row is given', () => {
    const text = JSON.stringify([row(1), row(2, { name: 'ends [here]' }), row(3)])
    for (let end = 1; end < text.length; end++) {
      const rows = master.parse([Buffer.from(text.slice(0, end))], () => {})[Symbol.iterator]()
      expect(() => rows.next(), text.slice(0, end)).toThrow(/the download was cut|begins with/)
    }
    expect(read(text).tokens).toEqual(['1|1', '1|2', '1|3'])
  })

  it('is read alike with spaces and line ends, and a mark at its beginning', () => {
    const list = [row(1), row(2)]
    for (const text of [
      JSON.stringify(list, null, 2),
      `\uFEFF${JSON.stringify(list)}\r\n`,
      ` \n${JSON.stringify(list)} `,
    ])
      expect(read(text)).toEqual({ tokens: ['1|1', '1|2'], skipped: [] })
  })

  it('may have braces, quotes and brackets inside its texts', () => {
    const odd = ['}', '{', '"', '\\', '},{', ']', String.raw`\"}`, 'ä}']
    const rows = odd.map((name, at) => row(at + 1, { name }))
    const names: string[] = []
    for (const one of master.parse([Buffer.from(JSON.stringify(rows))], () => {})) names.push(one.name)
    expect(names).toEqual(odd)
  })

  it('may have numbers for texts, other fields, and another order of them', () => {
    const { token, ...rest } = row(7)
    const text = JSON.stringify([{ is_cas_enabled: true, freeze_qty: 7, ...rest, lotsize: 1, token: 7, more: null }])
    expect(read(text).tokens).toEqual([`1|${token}`])
  })

  it('loses one row to an entry that is broken, not those behind it', () => {
    const good = (at: number) => JSON.stringify(row(at))
    for (const broken of [
      '{"token":"2","symbol":"S2}',
      '{"token":}',
      '{"token":"2"}',
      '7',
      '"text"',
      '{{"a":1}',
      'null',
    ]) {
      const { tokens } = read(`[${good(1)},${broken},${good(3)},${good(4)}]`)
      expect(
        tokens.filter(one => one !== '1|2'),
        broken,
      ).toEqual(['1|1', '1|3', '1|4'])
    }
  })

  it('is given as it is read, not at its end', () => {
    const text = JSON.stringify([...Array.from({ length: 2000 }, (_, at) => row(at + 1)), { nonsense: 1 }])
    const skipped: string[] = []
    const [first] = master.parse([Buffer.from(text)], why => skipped.push(why))
    expect([first?.token, skipped]).toEqual(['1|1', []])
    expect(read(text).skipped).toEqual(['an entry that is no row: "{\\"nonsense\\":1}"'])
  })
})
