import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkSecretPlaces } from '../../../scripts/checks/secrets.ts'
import { openInvocation } from '../../../scripts/invocation.ts'
import { Secret } from '../../../shared/secret.ts'
import { dataFolder, prepareFolder } from '../../../shared/store/folder.ts'
import { readPepper } from '../../../shared/store/pepper.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { openVault } from '../../support/vault.ts'

/** A system with an account; a group shares its folder where one is given. */
function systemOf(group?: number) {
  const root = join(temporaryPath(), 'data')
  const invocation = openInvocation({ dataDir: root, color: false })
  const folder = dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') }, group })
  const vault = { keyFile: join(temporaryPath(), 'vault.key'), handedOver: undefined, accountKey: undefined }
  const configFile = join(root, 'tickwire.toml')
  prepareFolder(folder)
  writeFileSync(configFile, '', { mode: 0o600 })
  readPepper(folder)
  openVault(folder, vault).putCredentials('ASHA', new Secret('canary'), 1)
  const bad = async () =>
    (await checkSecretPlaces({ ...invocation, folder, config: { ...invocation.config, configFile, vault } })).filter(
      ({ verdict }) => verdict !== 'ok',
    )
  return { folder, bad }
}

it('what a group shares is as it has to be when the group can read it, and nobody else', async () => {
  const { folder, bad } = systemOf(process.getgid?.() ?? 0)
  expect(await bad()).toEqual([])
  chmodSync(folder.pepperFile, 0o444)
  chmodSync(folder.vaultDb, 0o664)
  const fixes = (await bad()).map(({ fix = '' }) => fix)
  expect(fixes).toContain(`chmod 440 ${folder.pepperFile}`)
  expect(fixes).toContain(`chmod 660 ${folder.vaultDb}`)
})

it('without a group, it is for its owner only', async () => {
  const { folder, bad } = systemOf()
  expect(await bad()).toEqual([])
  chmodSync(folder.pepperFile, 0o440)
  chmodSync(folder.vaultDb, 0o660)
  const fixes = (await bad()).map(({ fix = '' }) => fix)
  expect(fixes).toContain(`chmod 400 ${folder.pepperFile}`)
  expect(fixes).toContain(`chmod 600 ${folder.vaultDb}`)
})
