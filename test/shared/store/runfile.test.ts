import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readRunFile, removeRunFile, writeRunFile } from '../../../shared/store/runfile.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

test('what one process writes, another reads, until it is removed', () => {
  const folder = temporaryFolder()
  expect(readRunFile(folder, 'proxy')).toBeUndefined()
  writeRunFile(folder, 'proxy', { port: 1 })
  writeRunFile(folder, 'proxy', { port: 8765 })
  expect(readRunFile(folder, 'proxy')).toEqual({ port: 8765 })
  expect(readdirSync(folder.runDir)).toEqual(['proxy.json'])
  expect(statSync(folder.runFile('proxy')).mode & 0o777).toBe(0o600)
  removeRunFile(folder, 'proxy')
  removeRunFile(folder, 'proxy')
  expect(readRunFile(folder, 'proxy')).toBeUndefined()
})

test.each(['', '{"half":', '\0\0\0'])('a file that holds %j after a power cut counts as absent', text => {
  const folder = temporaryFolder()
  writeFileSync(folder.runFile('up'), text)
  expect(readRunFile(folder, 'up')).toBeUndefined()
  writeRunFile(folder, 'up', { pid: 1 })
  expect(readRunFile(folder, 'up')).toEqual({ pid: 1 })
})

test('what cannot be written leaves nothing beside it', () => {
  const folder = temporaryFolder()
  mkdirSync(folder.runFile('up'))
  expect(failure(() => writeRunFile(folder, 'up', {})).code).toBe('FOLDER_UNUSABLE')
  expect(readdirSync(folder.runDir)).toEqual(['up.json'])
})

test('a run folder that went away is an error for the writer and nothing for the reader', () => {
  const folder = temporaryFolder()
  rmSync(folder.runDir, { recursive: true })
  expect(failure(() => writeRunFile(folder, 'up', {})).code).toBe('FOLDER_UNUSABLE')
  expect(readRunFile(folder, 'up')).toBeUndefined()
})
