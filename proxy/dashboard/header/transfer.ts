/** What a file of settings is: the choices of a person, nothing else, and nothing secret. */
const KIND = 'tickwire settings'
const VERSION = 1
const LARGEST = 2_000_000

export const settingsFile = (choices: Readonly<Record<string, unknown>>): string =>
  `${JSON.stringify({ kind: KIND, version: VERSION, choices }, undefined, 2)}\n`

/** The choices of such a file, or what is wrong with it. */
export function readSettingsFile(text: string): Readonly<Record<string, unknown>> | string {
  if (text.length > LARGEST) return 'this file is too large to be one of settings'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'this is no JSON: choose a file that "Export" has made'
  }
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== KIND)
    return 'this is no file of settings: choose one that "Export" has made'
  const { version, choices } = value as { version?: unknown; choices?: unknown }
  if (version !== VERSION) return `version ${String(version)} is not understood here: bring Tickwire up to date`
  return typeof choices === 'object' && choices !== null && !Array.isArray(choices)
    ? (choices as Record<string, unknown>)
    : 'there are no choices in this file'
}
