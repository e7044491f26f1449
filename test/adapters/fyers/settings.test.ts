import { describe, expect, it } from 'vitest'
import { settings } from '../../../adapters/fyers/settings.ts'

describe('the settings', () => {
  it("are the broker's own addresses where nothing is said", () => {
    expect(settings.parse({})).toEqual({
      api_url: 'https://api-t1.fyers.in',
      login_url: 'https://api-t1.fyers.in/api/v3/generate-authcode',
      redirect_url: 'http://127.0.0.1:8766/',
      master_url: 'https://public.fyers.in/sym_details',
      stream_url: 'wss://socket.fyers.in/hsm/v1-5/prod',
      books_url: 'wss://rtsocket-api.fyers.in/versova',
      orders_url: 'wss://socket.fyers.in/trade/v3',
      expect_ticks: 'calendar',
      poll_seconds: 30,
      linger_seconds: 10,
    })
  })

  it.each([
    ['api_url', 'http://127.0.0.1:9500/', 'http://127.0.0.1:9500'],
    ['stream_url', 'ws://127.0.0.1:9500/hsm/v1-5/prod', 'ws://127.0.0.1:9500/hsm/v1-5/prod'],
    ['orders_url', 'ws://localhost:9500/trade/v3', 'ws://localhost:9500/trade/v3'],
    ['poll_seconds', '0', 0],
    ['linger_seconds', '0', 0],
    ['expect_ticks', 'always', 'always'],
  ])('take %s = %s', (name, value, read) => {
    expect(settings.parse({ [name]: value })).toMatchObject({ [name]: read })
  })

  it('keep the redirect address letter by letter, as the broker compares it', () => {
    for (const redirect_url of ['https://example.com/fyers/', 'https://example.com/fyers', 'http://127.0.0.1:8766/'])
      expect(settings.parse({ redirect_url }).redirect_url).toBe(redirect_url)
  })

  it.each([
    ['api_url', 'http://api-t1.fyers.in'],
    ['stream_url', 'ws://socket.fyers.in/hsm/v1-5/prod'],
    ['stream_url', 'wss://user:word@socket.fyers.in'],
    ['books_url', 'https://rtsocket-api.fyers.in'],
    ['redirect_url', 'http://example.com/'],
    ['redirect_url', 'https://example.com/?a=1'],
    ['poll_seconds', '-1'],
    ['linger_seconds', '-1'],
    ['expect_ticks', 'never'],
    ['apiurl', 'https://api-t1.fyers.in'],
  ])('refuse %s = "%s"', (name, value) => {
    expect(settings.safeParse({ [name]: value }).success).toBe(false)
  })
})
