import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configTemplate, loadConfig } from '../../shared/config.ts'
import { temporaryPath } from '../support/datafolder.ts'

/** A data folder whose configuration file holds `toml`. */
function folderWith(toml: string): string {
  const dataDir = temporaryPath()
  writeFileSync(join(dataDir, 'tickwire.toml'), toml)
  return dataDir
}

test('the template as written changes nothing', () => {
  const plain = loadConfig({ dataDir: temporaryPath() }, {})
  const config = loadConfig({ dataDir: folderWith(configTemplate()) }, {})
  expect(config).toMatchObject({ proxy: plain.proxy, log: plain.log, feeds: {}, validBrokers: undefined })
  expect(config.bus.tcp).toBeUndefined()
})

test('the template with every setting uncommented is valid and says the defaults', () => {
  const all = configTemplate().replace(/^#(?=[a-z[])/gm, '')
  const config = loadConfig({ dataDir: folderWith(all) }, {})
  const plain = loadConfig({ dataDir: temporaryPath() }, {})
  expect(config).toMatchObject({ proxy: plain.proxy, log: plain.log, validBrokers: ['my-broker'] })
  expect(config.bus).toMatchObject({ highWaterMark: 10_000, tcp: { host: '127.0.0.1', port: 5555 } })
  expect(config.feeds).toEqual({ 'MY-FEED': { setting: 'value' } })
})

test('every setting of the template has a sentence', () => {
  const bare = configTemplate().match(/(?<!^# .*\n)^#[a-z].*$/gm)
  expect(bare).toEqual(['#setting = "value"'])
})
