import { existsSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { busAddresses } from '../../bus/addresses.ts'
import { systemCode } from '../../shared/errors.ts'
import { ControlStore } from '../../shared/store/control.ts'
import { type DataFolder, prepareFolder } from '../../shared/store/folder.ts'
import { pepperModes } from '../../shared/store/pepper.ts'
import { readBus, readProxy } from '../facts.ts'
import { countOf } from '../figures.ts'
import type { Invocation } from '../invocation.ts'
import { type Check, fail, finding, ok, warn } from './check.ts'

const MEGABYTE = 2 ** 20
const LITTLE_SPACE = 200
const NO_SPACE = 10

/** Folder, free space, database and pepper; touches nothing that is not there. */
export function checkFolder({ folder }: Invocation): Check[] {
  if (!existsSync(folder.root)) return [warn('data folder', `${folder.root} is not there yet`, 'tickwire init')]
  try {
    prepareFolder(folder)
  } catch (error) {
    return [finding('data folder', error)]
  }
  return [checkSpace(folder), checkStore(folder), checkPepper(folder)]
}

function checkSpace({ root }: DataFolder): Check {
  const { bavail, bsize } = statfsSync(root)
  const free = Math.floor((bavail * bsize) / MEGABYTE)
  const detail = `${root}, ${free} MB free`
  if (free < NO_SPACE) return fail('data folder', detail, `make room: df -h ${root}`)
  return free < LITTLE_SPACE ? warn('data folder', detail, `make room: df -h ${root}`) : ok('data folder', detail)
}

function checkStore(folder: DataFolder): Check {
  if (!existsSync(folder.controlDb)) return warn('database', `${folder.controlDb} is not there yet`, 'tickwire init')
  try {
    const store = ControlStore.open(folder)
    const keys = store.keys.list().length
    const feeds = store.feeds.list().length
    store.close()
    return ok('database', `whole; ${countOf(feeds, 'feed')}, ${countOf(keys, 'key')}`)
  } catch (error) {
    return finding('database', error)
  }
}

function checkPepper({ pepperFile }: DataFolder): Check {
  if (!existsSync(pepperFile)) return warn('key pepper', `${pepperFile} is not there yet`, 'tickwire init')
  const { own, forbidden } = pepperModes(pepperFile)
  const mode = statSync(pepperFile).mode & 0o777
  const bits = mode.toString(8)
  if (mode & forbidden)
    return fail('key pepper', `${pepperFile} can be read by others (${bits})`, `chmod ${own.toString(8)} ${pepperFile}`)
  return ok('key pepper', own & 0o040 ? `for its group to read (${bits})` : `for its owner only (${bits})`)
}

/** Whether the bus can be where it is configured (path lengths, hosts), and is there if it runs. */
export function checkBusPlace(invocation: Invocation): Check {
  const check = 'bus address'
  try {
    const { publish } = busAddresses(invocation.config.bus)
    const running = readBus(invocation.folder)
    if (!running || running.publish === publish) return ok(check, publish)
    return warn(
      check,
      `the bus runs at ${running.publish} (process ${running.pid}); this configuration says ${publish}`,
      'give all processes the same ZMQ_HOST and ZMQ_PORT, or write them under [bus.tcp] in the configuration file',
    )
  } catch (error) {
    return finding(check, error)
  }
}

/** The port is free, or the proxy of this folder has it. */
export async function checkPort({ config, folder }: Invocation): Promise<Check> {
  const { host, port } = config.proxy
  const running = readProxy(folder)
  // Started with --port it may be another than the configured one, which is then nobody's concern.
  if (running) return ok('port', `${running.host}:${running.port}, held by our proxy (process ${running.pid})`)
  if (port === 'auto') return ok('port', 'auto: a free one is found at start')
  const problem = await tryPort(host, port)
  if (problem === undefined) return ok('port', `${host}:${port} is free`)
  if (problem === 'EADDRINUSE')
    return fail(
      'port',
      `${host}:${port} is held by another program`,
      `stop it (ss -ltnp 'sport = :${port}'), or: tickwire up --port auto`,
    )
  return fail('port', `${host}:${port} cannot be listened on (${problem})`, 'correct proxy.host and proxy.port')
}

const tryPort = (host: string, port: number): Promise<string | undefined> =>
  new Promise(resolve => {
    const server = createServer()
    server.on('error', error => resolve(systemCode(error) ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
