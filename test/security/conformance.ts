import { limited, play } from '../conformance/case.ts'
import { CASES } from '../conformance/catalogue.ts'
import { startEcho } from '../conformance/echo.ts'

const LIMITS = [65_536, 16 * 1024 * 1024]

/** Plays every case against an echo that serves with the proxy's own options. */
export async function conform(): Promise<{ ok: number; notStrict: number; failed: readonly string[] }> {
  let ok = 0
  let notStrict = 0
  const failed: string[] = []
  for (const maxMessageBytes of LIMITS) {
    const echo = await startEcho({ port: 0, maxMessageBytes })
    for (const case_ of CASES) {
      const verdict = await play(limited(case_, maxMessageBytes), { port: echo.port })
      if (verdict === 'OK') ok++
      else if (verdict === 'NON-STRICT') notStrict++
      else failed.push(case_.id)
    }
    await echo.close()
  }
  return { ok, notStrict, failed }
}
