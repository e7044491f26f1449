import { readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../shared/config.ts'
import { TickwireError } from '../shared/errors.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import { folderError } from '../shared/store/folder.ts'

export type Sharing = Pick<Config, 'group' | 'configFile'>

const ROOT = 0
const WRITABLE_BY_OTHERS = 0o022

/**
 * Where processes under users of their own share the data folder, the proxy may write what is registered. Whoever takes it
 * over shall not thereby choose the program that runs with the credentials of an account: its files, and the folders
 * above them, are root's or of this process's user, and nobody else may write them. Throws FOLDER_UNUSABLE.
 */
export function requireOwnProgram({ name, kind, path }: FeedRecord, { group }: Sharing): void {
  if (group === undefined || kind !== 'folder' || path === undefined) return
  try {
    const folder = realpathSync(path)
    const above: string[] = []
    for (let at = folder; at !== dirname(at); at = dirname(at)) above.push(at)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => join(folder, file))
    for (const file of [...above, ...files]) requireOwn(name, file)
  } catch (error) {
    throw folderError(path, error)
  }
}

function requireOwn(feed: string, file: string): void {
  const { uid, mode } = statSync(file)
  if ((uid === ROOT || uid === process.getuid?.()) && (mode & WRITABLE_BY_OTHERS) === 0) return
  throw new TickwireError('FOLDER_UNUSABLE', `${file}, of the adapter of feed ${feed}, can be changed by other users`, {
    next: `chown root ${file} && chmod go-w ${file}`,
  })
}

/** Nor where the credentials are sent to: settings of an account are those of the configuration, which only root writes. */
export const believedSettings = <Feed extends Pick<FeedRecord, 'settings'>>(feed: Feed, { group }: Sharing): Feed =>
  group === undefined ? feed : { ...feed, settings: {} }
