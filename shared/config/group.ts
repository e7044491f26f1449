import { readFileSync } from 'node:fs'
import { systemCode } from '../errors.ts'

const GROUPS = '/etc/group'
const ROOT = 0

/** The number of a group of this machine that is named by its name or its number; a text says why there is none. */
export function groupNumber(named: string | number): number | string {
  if (named === ROOT) return 'is the group of root; make one of its own'
  if (typeof named === 'number') return named
  for (const line of lines()) {
    const [name, , id = ''] = line.split(':')
    if (name === named && /^\d+$/.test(id)) return groupNumber(Number(id))
  }
  return `${GROUPS} has no group ${JSON.stringify(named)}; make it (groupadd --system ${named}), or give its number`
}

function lines(): readonly string[] {
  try {
    return readFileSync(GROUPS, 'utf8').split('\n')
  } catch (error) {
    // A small image may have none, and numbers are enough there.
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
