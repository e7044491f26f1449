import { chmodSync, chownSync, mkdirSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { TickwireError } from '../errors.ts'

/**
 * Processes under users of their own share folders by a group. Such a folder says so itself: setgid, so that what is made
 * in it is the group's, and writable by the group. Whoever prepared it has proved whose group that is.
 */
const SETGID = 0o2000
const BY_GROUP = 0o070
const BY_OTHERS = 0o007

const isSharedFolder = ({ mode }: Stats): boolean => (mode & SETGID) !== 0 && (mode & BY_GROUP) === BY_GROUP

/** Whether a file stands, or would stand, in a folder that a group shares. */
export function isShared(path: string): boolean {
  const folder = statSync(dirname(path), { throwIfNoEntry: false })
  return folder !== undefined && isSharedFolder(folder)
}

/** Permissions of a file that all processes write: of its owner, or of the group that shares its folder. */
export const fileMode = (path: string): number => (isShared(path) ? 0o660 : 0o600)

/**
 * Gives a file these permissions, or those that all processes need: the file mask of the one that made it may have taken
 * them from the group. One that a process of another user made has them already, and is not ours to change.
 */
export function grant(path: string, mode = fileMode(path)): void {
  if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode)
}

/**
 * Makes a folder that the group shares. Below another one the kernel gives it the group and the mark, and nothing has to
 * be changed: a hardened service may not even ask for that.
 */
export function makeShared(path: string, group: number): void {
  const mask = process.umask(0o007)
  try {
    mkdirSync(path, { mode: 0o770 })
  } finally {
    process.umask(mask)
  }
  const made = statSync(path)
  if (made.gid !== group) chownSync(path, -1, group)
  if (!isSharedFolder(statSync(path))) chmodSync(path, SETGID | 0o770)
}

/**
 * Proves that a folder is shared with this group and with nobody else; whose it is says nothing then, as only members can
 * give a folder to a group. Throws FOLDER_UNUSABLE.
 */
export function requireShared(path: string, folder: Stats, group: number): void {
  const { gid, mode } = folder
  if (gid === group && isSharedFolder(folder) && (mode & BY_OTHERS) === 0) return
  const why =
    gid !== group
      ? `belongs to group ${gid}, and is to be shared with group ${group}`
      : mode & BY_OTHERS
        ? 'is open to others than its group'
        : `is not shared with its group (${(mode & 0o7777).toString(8)})`
  throw new TickwireError('FOLDER_UNUSABLE', `${path} ${why}`, {
    next: `chgrp ${group} ${path} && chmod 2770 ${path}`,
  })
}
