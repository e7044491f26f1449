import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grammarOf } from '../../../scripts/grammar.ts'
import { createProgram } from '../../../scripts/program.ts'
import { bashScript, fishScript, zshScript } from '../../../scripts/shells.ts'
import { emptyFolder } from '../../support/enrolled.ts'

const levels = grammarOf(createProgram('1.2.3'), { adapters: ['one', 'two'], brokers: ['two'] })

let bin: string
let script: string

beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'tw-'))
  script = join(bin, 'completion.bash')
  writeFileSync(script, bashScript(levels))
  // Stands in for the program, which a shell asks for the names of feeds.
  writeFileSync(join(bin, 'tickwire'), '#!/bin/sh\n[ "$*" = "completion feeds" ] && echo "FEED-1\nFEED-2"\n', {
    mode: 0o755,
  })
})

afterAll(() => rmSync(bin, { recursive: true, force: true }))

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tickwire; printf '%s\\n' "\${COMPREPLY[@]}"`
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
  const out = execFileSync('bash', ['--norc', '-c', ask, 'bash', script, 'tickwire', ...words], { env })
  return String(out).split('\n').filter(Boolean)
}

describe('completion in bash', () => {
  it('offers commands, those below a group, and what begins as it was typed', () => {
    expect(offered('')).toEqual(expect.arrayContaining(['up', 'tail', 'key', 'completion']))
    expect(offered('key', 'cr')).toEqual(['create'])
    expect(offered('calendar', '')).toEqual(['today', 'next', 'explain', 'check', 'import'])
  })

  it('offers the options of the command and those of all, none that is hidden', () => {
    expect(offered('tail', '--m')).toEqual(['--mode'])
    expect(offered('key', 'create', '--')).toEqual(expect.arrayContaining(['--expires', '--orders', '--format']))
    expect(offered('proxy', '--work')).toEqual(['--workers'])
  })

  it('offers choices of options and of arguments', () => {
    expect(offered('tail', 'NSE:SBIN', '--mode', '')).toEqual(['ltp', 'quote', 'depth'])
    expect(offered('plan', '100', 'd')).toEqual(['depth'])
    expect(offered('adapter', 'add', 'X', '--adapter', '')).toEqual(['one', 'two'])
    expect(offered('account', 'add', '')).toEqual(['two'])
  })

  it('offers the feeds that are registered, where one is named', () => {
    for (const words of [
      ['adapter', 'disable', ''],
      ['instruments', 'sync', ''],
      ['key', 'create', 'x', '--feeds', ''],
    ])
      expect(offered(...words), words.join(' ')).toEqual(['FEED-1', 'FEED-2'])
    expect(offered('adapter', 'add', '')).toEqual([])
  })

  it('takes the value of an option for no command', () => {
    expect(offered('--data-dir', 'key', 'key', 'rev')).toEqual(['revoke'])
  })
})

describe('completion in other shells', () => {
  it('names every command and every option', () => {
    const names = levels.flatMap(({ commands, options }) => [...commands, ...options].map(({ name }) => name))
    for (const text of [zshScript(levels), fishScript(levels)])
      for (const name of names) expect(text, name).toContain(name.replace(/^--/, ''))
  })
})

describe('tickwire completion', () => {
  it('prints the script, and the feeds of the data folder', async () => {
    const there = emptyFolder()
    const { code, out } = await there.run('completion', 'bash')
    expect(code).toBe(0)
    expect(out).toMatch(/complete -o default -F _tickwire tickwire\n$/)
    expect((await there.run('completion', 'feeds')).out).toBe('')
    await there.run('init', '--yes')
    expect((await there.run('completion', 'feeds')).out).toBe('SIMULATOR\n')
  })
})
