import { busAddresses, isOpenBus } from '../../bus/addresses.ts'
import type { CurveServer } from '../../bus/curve.ts'
import { startForwarder } from '../../bus/forwarder.ts'
import type { Log } from '../../shared/log.ts'
import { runProcess } from '../../shared/process.ts'
import { prepareFolder } from '../../shared/store/folder.ts'
import { removeRunFile, writeRunFile } from '../../shared/store/runfile.ts'
import { startAudit } from '../audited.ts'
import { CurveGuests, readServerKeys } from '../curve.ts'
import { type BusFacts, lockName } from '../facts.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, openLog } from '../invocation.ts'
import { refuseAccountSecrets, refuseUnsafeFiles } from '../safety.ts'

const REPORT_PAUSE_MS = 10_000

/** `tickwire bus`: the forwarder, the one process that binds the bus. */
export async function bus(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  const { config, folder } = invocation
  const log = openLog(invocation, 'bus')
  await runProcess({
    name: 'bus',
    log,
    async start() {
      prepareFolder(folder)
      refuseUnsafeFiles(invocation)
      refuseAccountSecrets(config)
      const audit = startAudit(invocation, 'bus', log)
      const addresses = busAddresses(config.bus)
      const { highWaterMark } = config.bus
      if (isOpenBus(config.bus))
        log.warn('the bus is TCP without CURVE: every program on this machine can read it; next: tickwire bus keys')
      const lockFile = folder.lockFile(lockName('bus', 'bus'))
      const facts: BusFacts = { ...addresses, pid: process.pid, refused: 0 }
      const curve = curveOf(invocation, log, (address, refused) => {
        const reason = `${refused} programs turned away so far, whose CURVE key is not listed`
        audit.record({ action: 'bus.writer_dropped', actor: 'stranger', address, result: 'refused', reason })
        writeRunFile(folder, 'bus', { ...facts, refused })
      })
      const forwarder = await startForwarder({ addresses, highWaterMark, lockFile, group: folder.group, curve })
      try {
        writeRunFile(folder, 'bus', facts)
      } catch (error) {
        // A process whose forwarder runs never exits.
        await forwarder.close()
        throw error
      }
      const close = async () => {
        removeRunFile(folder, 'bus')
        await forwarder.close()
        await audit.close()
      }
      return { close, details: { ...addresses } }
    },
  })
}

/** Who may connect, read anew when it has changed. `note` hears of the latest and how many were turned away, at most every 10 s. */
function curveOf(
  { config, clock }: Invocation,
  log: Log,
  note: (address: string, refused: number) => void,
): CurveServer | undefined {
  const { tcp, curve } = config.bus
  if (!tcp || !curve) return undefined
  const guests = new CurveGuests(curve.keysDir)
  let refused = 0
  let toldAt = Number.NEGATIVE_INFINITY
  return {
    ...readServerKeys(curve.keysDir),
    nameOf: key => guests.nameOf(key),
    onRefused: address => {
      refused++
      if (clock.monotonic() - toldAt < REPORT_PAUSE_MS) return
      toldAt = clock.monotonic()
      log.warn({ address, refused }, 'turned away a program whose CURVE key is not listed')
      note(address, refused)
    },
  }
}
