import { describe, expect, it } from 'vitest'
import { settings } from '../../../adapters/angel/settings.ts'

describe('the settings', () => {
  it("are the broker's own addresses where nothing is said", () => {
    expect(settings.parse({})).toEqual({
      api_url: 'https://apiconnect.angelone.in',
      stream_url: 'wss://smartapisocket.angelone.in/smart-stream',
      orders_url: 'wss://tns.angelone.in/smart-order-update',
      master_url: 'https://margincalculator.angelbroking.com/OpenAPI_File/files/OpenAPIScripMaster.json',
      expect_ticks: 'calendar',
      poll_seconds: 30,
      linger_seconds: 10,
    })
  })

  it.each([
    ['api_url', 'http://127.0.0.1:9400/', 'http://127.0.0.1:9400'],
    ['stream_url', 'ws://localhost:9400/smart-stream', 'ws://localhost:9400/smart-stream'],
    ['orders_url', 'ws://[::1]:9400/smart-order-update', 'ws://[::1]:9400/smart-order-update'],
    ['master_url', 'http://127.0.0.1:9400/list.json', 'http://127.0.0.1:9400/list.json'],
    ['expect_ticks', 'always', 'always'],
    ['poll_seconds', '0', 0],
    ['linger_seconds', '0', 0],
    ['poll_seconds', 60, 60],
  ])('take %s = %s', (name, value, read) => {
    expect(settings.parse({ [name]: value })).toMatchObject({ [name]: read })
  })

  it.each([
    ['api_url', 'http://apiconnect.angelone.in'],
    ['api_url', 'wss://apiconnect.angelone.in'],
    ['stream_url', 'ws://smartapisocket.angelone.in/smart-stream'],
    ['stream_url', 'https://smartapisocket.angelone.in/smart-stream'],
    ['orders_url', 'ws://tns.angelone.in/smart-order-update'],
    ['master_url', 'http://margincalculator.angelbroking.com/list.json'],
    ['expect_ticks', 'never'],
    ['poll_seconds', -1],
    ['linger_seconds', '-1'],
    ['poll_seconds', 1.5],
    ['apiurl', 'https://apiconnect.angelone.in'],
  ])('refuse %s = %s', (name, value) => {
    expect(settings.safeParse({ [name]: value }).success).toBe(false)
  })
})
