import { afterEach, expect, it, vi } from 'vitest'
import { copyText } from '../../../proxy/dashboard/copy.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A page without TLS, which has no clipboard. */
function plainPage(execCommand: () => boolean) {
  const field = { select: vi.fn(), remove: vi.fn(), className: '', value: '' }
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('HTMLElement', class {})
  vi.stubGlobal('document', {
    createElement: () => field,
    body: { append: () => {} },
    activeElement: null,
    execCommand,
  })
  return field
}

it('a page without a clipboard marks the text and copies that', async () => {
  const field = plainPage(() => true)
  expect(await copyText('lines')).toBe(true)
  expect(field.value).toBe('lines')
  expect(field.select).toHaveBeenCalledBefore(field.remove)
})

it('what cannot be copied is not said to be', async () => {
  const field = plainPage(() => false)
  expect(await copyText('lines')).toBe(false)
  expect(field.remove).toHaveBeenCalled()
})
