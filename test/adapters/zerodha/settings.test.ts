import { describe, expect, it } from 'vitest'
import { settings } from '../../../adapters/zerodha/settings.ts'

describe('the settings', () => {
  it("are the broker's own addresses where nothing is said", () => {
    expect(settings.parse({})).toEqual({
      api_url: 'https://api.kite.trade',
      stream_url: 'wss://ws.kite.trade',
      login_url: 'https://kite.zerodha.com/connect/login',
      poll_seconds: 30,
      linger_seconds: 10,
      expect_ticks: 'calendar',
    })
  })

  it.each([
    ['api_url', 'http://127.0.0.1:9400', 'http://127.0.0.1:9400'],
    ['api_url', 'http://localhost:9400/', 'http://localhost:9400'],
    ['api_url', 'http://[::1]:9400', 'http://[::1]:9400'],
    ['api_url', 'https://kite.example/api/', 'https://kite.example/api'],
    ['stream_url', 'ws://127.0.0.1:9400/', 'ws://127.0.0.1:9400'],
    ['stream_url', 'wss://kite.example', 'wss://kite.example'],
    ['login_url', 'http://127.0.0.1:9400/connect/login', 'http://127.0.0.1:9400/connect/login'],
    ['expect_ticks', 'always', 'always'],
    ['poll_seconds', '0', 0],
    ['linger_seconds', '0', 0],
  ])('take %s = %s', (name, value, read) => {
    expect(settings.parse({ [name]: value })).toMatchObject({ [name]: read })
  })

  it.each([
    ['api_url', 'http://api.kite.trade'],
    ['api_url', 'http://127.0.0.1.example.com'],
    ['api_url', 'http://localhost@evil.example'],
    ['api_url', 'https://user:word@api.kite.trade'],
    ['api_url', 'https://api.kite.trade/?a=1'],
    ['api_url', 'https://api.kite.trade/#a'],
    ['api_url', 'wss://api.kite.trade'],
    ['api_url', 'api.kite.trade'],
    ['api_url', ''],
    ['stream_url', 'ws://ws.kite.trade'],
    ['stream_url', 'https://ws.kite.trade'],
    ['login_url', 'http://kite.zerodha.com/connect/login'],
    ['login_url', 'javascript:alert(1)'],
    ['expect_ticks', 'never'],
    ['poll_seconds', '-1'],
    ['linger_seconds', '-1'],
    ['poll_seconds', 'soon'],
    ['apiurl', 'https://api.kite.trade'],
  ])('refuse %s = "%s"', (name, value) => {
    expect(settings.safeParse({ [name]: value }).success).toBe(false)
  })
})
