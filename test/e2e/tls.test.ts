import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { askNear } from '../../scripts/near.ts'
import { writePair } from '../support/certificate.ts'
import { TestClient } from '../support/client.ts'
import { eventually, System } from '../support/system.ts'

let folder: string
let system: System
const pair = (name: string) => writePair(folder, { name })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tw-tls-'))
  const { certFile, keyFile } = pair('first')
  const tls = `[proxy.tls]\ncert_file = "${certFile}"\nkey_file = "${keyFile}"\n`
  system = await System.start(`[proxy]\nworkers = 2\n${tls}`)
})

afterAll(async () => {
  await system?.close()
  rmSync(folder, { recursive: true, force: true })
})

const address = () => new URL(system.url())
const trusted = (name: string) => readFileSync(join(folder, `${name}.crt`), 'utf8')

async function enter(ca: string): Promise<TestClient> {
  const client = await TestClient.open(`wss://127.0.0.1:${address().port}`, { ca })
  onTestFinished(() => client.close())
  expect(await client.ask({ action: 'authenticate', api_key: system.key })).toMatchObject({ status: 'success' })
  return client
}

/** The name in the certificate that a new connection is shown. */
const shown = () =>
  new Promise<string>((resolve, reject) => {
    const socket = connect({ port: Number(address().port), host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
    socket.on('error', reject)
  })

interface Status {
  readonly workers: readonly { readonly clients: number }[]
}
const held = async () => {
  const headers = { authorization: `Bearer ${system.key}` }
  const { body } = await askNear(`https://127.0.0.1:${address().port}/api/v1/status`, headers, 5000)
  return (JSON.parse(body) as Status).workers.map(({ clients }) => clients)
}

/** Several connections in a row reach both workers. */
const allShow = async (name: string) => {
  for (let nth = 0; nth < 6; nth++) if ((await shown()) !== name) return false
  return true
}

describe('a proxy of two workers with a certificate', () => {
  it('streams to clients of both, and knows when they have gone', async () => {
    const [one, other] = [await enter(trusted('first')), await enter(trusted('first'))]
    expect(await held()).toEqual([1, 1])
    for (const client of [one, other]) await client.ask({ action: 'subscribe', symbols: 'NSE:RELIANCE,NSE:TCS' })
    await eventually(() => [one, other].every(client => client.ticks.length >= 5))
    one.close()
    other.close()
    await eventually(async () => (await held()).every(count => count === 0))
    await eventually(async () => {
      const said = await system.run('status')
      return said.code === 0 && said
    })
  })

  it('is told by its own commands, which find it by its folder', async () => {
    expect(system.up.out).toContain(`wss://127.0.0.1:${address().port}`)
    const said = await system.run('tail', 'NSE:RELIANCE', '--count', '2', '--format', 'json')
    expect([said.code, said.out.trim().split('\n').length]).toEqual([0, 2])
    const doctor = await system.run('doctor', '--format', 'table')
    expect(doctor.out).toMatch(/^ok +safe start .*with TLS$/m)
    expect(doctor.out).toMatch(/^ok +certificate .*first\.crt, good until/m)
    expect(doctor.out).toMatch(/^ok +tick end to end/m)
  })

  it('shows a new certificate to who comes after SIGHUP, and goes on with those who are there', async () => {
    const client = await enter(trusted('first'))
    const pids = ['bus', 'SIMULATOR', 'proxy'].map(name => system.child(name).pid)
    const next = pair('next')
    copyFileSync(next.keyFile, join(folder, 'first.key'))
    copyFileSync(next.certFile, join(folder, 'first.crt'))
    system.up.child.kill('SIGHUP')
    await eventually(() => allShow('next'))
    await client.settled()
    expect(client.isOpen).toBe(true)
    expect(['bus', 'SIMULATOR', 'proxy'].map(name => system.child(name).pid)).toEqual(pids)
  })

  it('goes on with the one it has when the new one is broken, and says which file it is', async () => {
    const path = join(folder, 'first.crt')
    writeFileSync(path, 'no certificate')
    system.up.child.kill('SIGHUP')
    await eventually(() => system.up.err.includes(`proxy.tls.cert_file (${path}): is no certificate in PEM`))
    expect(await allShow('next')).toBe(true)
  })
})
