import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './support/source.ts'

const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')

describe('what SECURITY.md promises', () => {
  it('has a proof for every line, and every proof is there', () => {
    const rows = page.split('\n').filter(line => /^\| (?!-|where they)/.test(line))
    expect(rows.length).toBeGreaterThan(15)
    const unproved = rows.filter(row => !/`test\/[\w/.]+\.ts`/.test(row.split('|').at(-2) ?? ''))
    expect(unproved).toEqual([])
    const named = [...page.matchAll(/`(test\/[\w/.]+)`/g)].map(([, path = '']) => path)
    expect([...new Set(named)].filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('is linked to places that exist', () => {
    const links = [...page.matchAll(/\]\(([\w/.-]+)(#[\w-]+)?\)/g)].map(([, path = '']) => path)
    expect(links.filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  })
})
