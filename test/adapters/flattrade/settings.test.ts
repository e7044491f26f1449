import { describe, expect, it } from 'vitest'
import { settings } from '../../../adapters/flattrade/settings.ts'

describe('the settings', () => {
  it("are the broker's own addresses and files where nothing is said", () => {
    expect(settings.parse({})).toEqual({
      api_url: 'https://piconnect.flattrade.in/PiConnectAPI',
      stream_url: 'wss://piconnect.flattrade.in/PiConnectWSAPI',
      login_url: 'https://auth.flattrade.in',
      redeem_url: 'https://authapi.flattrade.in/trade/apitoken',
      master_url: 'https://flattrade.s3.ap-south-1.amazonaws.com/scripmaster',
      master_files: [
        'NSE_Equity.csv',
        'BSE_Equity.csv',
        'Nfo_Equity_Derivatives.csv',
        'Nfo_Index_Derivatives.csv',
        'Bfo_Equity_Derivatives.csv',
        'Bfo_Index_Derivatives.csv',
        'Currency_Derivatives.csv',
        'Commodity.csv',
      ],
      dialect: 'flattrade',
      max_instruments: 1000,
      expect_ticks: 'calendar',
      poll_seconds: 30,
      linger_seconds: 10,
    })
  })

  it.each([
    ['api_url', 'http://127.0.0.1:9400/PiConnectAPI/', 'http://127.0.0.1:9400/PiConnectAPI'],
    ['stream_url', 'ws://localhost:9400/', 'ws://localhost:9400'],
    ['stream_url', 'wss://api.shoonya.com/NorenWSTP/', 'wss://api.shoonya.com/NorenWSTP'],
    ['login_url', 'http://[::1]:9400/auth', 'http://[::1]:9400/auth'],
    ['master_files', ' NSE_symbols.txt.zip , NFO_symbols.txt.zip', ['NSE_symbols.txt.zip', 'NFO_symbols.txt.zip']],
    ['dialect', 'noren-classic', 'noren-classic'],
    ['max_instruments', '3000', 3000],
    ['poll_seconds', '0', 0],
    ['linger_seconds', '0', 0],
    ['expect_ticks', 'always', 'always'],
  ])('take %s = %s', (name, value, read) => {
    expect(settings.parse({ [name]: value })).toMatchObject({ [name]: read })
  })

  it.each([
    ['api_url', 'http://piconnect.flattrade.in/PiConnectAPI'],
    ['api_url', 'https://user:word@piconnect.flattrade.in'],
    ['stream_url', 'ws://piconnect.flattrade.in'],
    ['stream_url', 'https://piconnect.flattrade.in'],
    ['redeem_url', 'http://127.0.0.1.example.com'],
    ['master_url', 'ftp://example.com'],
    ['master_files', ''],
    ['master_files', '../secret.csv'],
    ['master_files', 'a.csv,,b.csv'],
    ['dialect', 'noren'],
    ['max_instruments', '0'],
    ['poll_seconds', '-1'],
    ['linger_seconds', '-1'],
    ['expect_ticks', 'never'],
    ['apiurl', 'https://piconnect.flattrade.in'],
  ])('refuse %s = "%s"', (name, value) => {
    expect(settings.safeParse({ [name]: value }).success).toBe(false)
  })
})
