import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readSettingsFile, settingsFile } from '../../../proxy/dashboard/header/transfer.ts'
import { readPins } from '../../../proxy/dashboard/pins.ts'
import { allKept, hearTab, takeAll, theme } from '../../../proxy/dashboard/settings.ts'
import { refusalWords } from '../../../proxy/dashboard/signin/words.ts'

describe('settings that are taken along', () => {
  it('come back as they went', () => {
    theme.value = 'light'
    const file = settingsFile(allKept())
    theme.value = 'dark'
    const choices = readSettingsFile(file)
    expect(typeof choices === 'string' ? choices : takeAll(choices)).toEqual([])
    expect(theme.value).toBe('light')
  })

  it('are taken one by one: what is not understood is named, and left', () => {
    theme.value = 'light'
    expect(takeAll({ theme: 'purple', palette: 'blue-orange', telepathy: true })).toEqual(['theme', 'telepathy'])
    expect(theme.value).toBe('light')
  })

  it('of another kind are refused in words', () => {
    expect(readSettingsFile('NSE:TCS')).toContain('no JSON')
    expect(readSettingsFile('[]')).toContain('no file of settings')
    expect(readSettingsFile('{"kind":"tickwire settings","version":7,"choices":{}}')).toContain('version 7')
    expect(readSettingsFile('{"kind":"tickwire settings","version":1,"choices":[]}')).toContain('no choices')
    expect(readSettingsFile(' '.repeat(3_000_000))).toContain('too large')
  })
})

describe('choices of another tab', () => {
  it('are taken, unless they cannot be', () => {
    theme.value = 'light'
    const hear = (newValue: string | null, key = 'tickwire.theme') => hearTab({ key, newValue })
    hear('"dark"')
    expect(theme.value).toBe('dark')
    for (const text of ['"purple"', '{', null]) hear(text)
    hear('"light"', 'theme')
    expect(theme.value).toBe('dark')
  })

  it('are not written again by this one, its own are', () => {
    const written: string[] = []
    vi.stubGlobal('localStorage', { getItem: () => null, setItem: (_: string, text: string) => written.push(text) })
    onTestFinished(() => void vi.unstubAllGlobals())
    theme.value = 'light'
    hearTab({ key: 'tickwire.theme', newValue: '"dark"' })
    hearTab({ key: 'tickwire.theme', newValue: '"dark"' })
    theme.value = 'system'
    expect(written.filter(text => text !== '"light"')).toEqual(['"system"'])
  })
})

describe('pinned instruments', () => {
  it('are each there once', () => {
    expect(readPins(['NSE:TCS', 'NSE:TCS', 'NSE:INFY'])).toEqual(['NSE:TCS', 'NSE:INFY'])
  })

  it('are two at most, written with their exchange', () => {
    expect(readPins(['NSE:TCS', 'NSE:M&M', 'NSE:INFY'])).toEqual(['NSE:TCS', 'NSE:M&M'])
    expect([readPins(['TCS']), readPins([1]), readPins('NSE:TCS'), readPins(['NSE:'])]).toEqual(
      Array(4).fill(undefined),
    )
  })
})

describe('a key that is not taken', () => {
  it('is told why, with the next step', () => {
    const message = 'too many'
    expect(refusalWords({ status: 401, message, waitMs: undefined })).toContain('tickwire key create')
    expect(refusalWords({ status: 429, message, waitMs: 45_000 })).toContain('wait 45 s')
    expect(refusalWords({ status: 0, message, waitMs: undefined })).toContain('does not answer')
    expect(refusalWords({ status: 503, message: 'the vault is sealed', waitMs: undefined })).toContain(
      'the vault is sealed',
    )
  })
})
