import { busAddresses } from '../../bus/addresses.ts'
import { startForwarder } from '../../bus/forwarder.ts'
import { runProcess } from '../../shared/process.ts'
import { prepareFolder } from '../../shared/store/folder.ts'
import { removeRunFile, writeRunFile } from '../../shared/store/runfile.ts'
import { startAudit } from '../audited.ts'
import { type BusFacts, lockName } from '../facts.ts'
import type { Globals } from '../globals.ts'
import { openInvocation, openLog } from '../invocation.ts'
import { refuseUnsafeFiles } from '../safety.ts'

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
      const audit = startAudit(invocation, 'bus', log)
      const addresses = busAddresses(config.bus)
      const { highWaterMark } = config.bus
      const lockFile = folder.lockFile(lockName('bus', 'bus'))
      const forwarder = await startForwarder({ addresses, highWaterMark, lockFile, group: folder.group })
      const facts: BusFacts = { ...addresses, pid: process.pid }
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
