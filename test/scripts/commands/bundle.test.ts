import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { expect, it } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import { enrolled } from '../../support/enrolled.ts'
import { Canaries } from '../../support/leaks.ts'
import { expectFailure } from '../../support/said.ts'
import { ACCESS_TOKEN, CREDENTIALS } from '../../support/sessionadapter.ts'

const PLANTED = { feed: 'canary-of-a-feed-1123', key: 'canary-api-key-5813', totp: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }

it('a bundle holds what helps and no secret in any form, and never takes the place of a file', async () => {
  const { there, vault } = await enrolled()
  const section = `[feeds.TESTBROKER]\napi_token = "${PLANTED.feed}"\nnote = "seed ${PLANTED.totp}"\n`
  writeFileSync(join(there.folder, 'tickwire.toml'), section, { mode: 0o600 })
  vault.putTicket('TESTBROKER', new Secret(JSON.stringify({ token: ACCESS_TOKEN })), { grantedAt: 1, holder: 'me' })
  const created = (await there.run('key', 'create', 'bot')).out.trim()
  const vaultKey = readFileSync(there.keyFile)
  const pepper = readFileSync(join(there.folder, 'pepper.key'))
  // Secrets in places where nobody would look for them.
  writeFileSync(
    join(there.folder, 'run', 'odd.json'),
    JSON.stringify({
      note: `token ${ACCESS_TOKEN}`,
      encoded: Buffer.from(Object.values(CREDENTIALS).join(' ')).toString('base64'),
      key: 'hello',
      address: `https://x.example/?${encodeURIComponent(ACCESS_TOKEN)}`,
      pepper: pepper.toString('base64'),
      text: `${created} ${vaultKey.toString('hex')} ${PLANTED.key}`,
    }),
  )
  const path = join(there.folder, 'bundle.zip')
  const env = { TICKWIRE_API_KEY: PLANTED.key }
  const { code, out, err } = await there.start(['support-bundle', path], env).done
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^Written: /) })
  expect(statSync(path).mode & 0o777).toBe(0o600)

  const files = unzipSync(readFileSync(path))
  const named = out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line).file)
  expect(Object.keys(files)).toEqual(named)
  const content = Object.values(files)
    .map(bytes => strFromU8(bytes))
    .join('\n')
  const secrets = [...Object.values(CREDENTIALS), ACCESS_TOKEN, created, vaultKey, pepper, ...Object.values(PLANTED)]
  expect(new Canaries(secrets).in(content)).toEqual([])
  const read = (file: string) => JSON.parse(strFromU8(files[file] ?? new Uint8Array(0)))
  expect(read('about.json')).toMatchObject({ version: expect.stringMatching(/^\d/), node: process.version })
  expect(read('doctor.json').map(({ check }: { check: string }) => check)).toContain('configuration')
  expect(read('feeds.json').map(({ name }: { name: string }) => name)).toContain('TESTBROKER')
  expect(read('status.json')).toEqual({ missing: expect.stringMatching(/^PROXY_UNREACHABLE/) })
  expect(read('run.json')).toMatchObject([{ file: 'odd.json' }])

  const before = readFileSync(path)
  expectFailure(await there.run('support-bundle', path), 2, /^error USAGE: .*there already/, /--force/)
  expect(readFileSync(path)).toEqual(before)
  expect((await there.run('support-bundle', path, '--force')).code).toBe(0)
})
