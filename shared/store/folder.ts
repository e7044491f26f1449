import { existsSync, mkdirSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCode, TickwireError } from '../errors.ts'
import { isFeedName } from '../market/topic.ts'
import { makeShared, requireShared } from './sharing.ts'

/** Where everything at rest stands. Only paths: nothing is touched. */
export interface DataFolder {
  readonly root: string
  readonly controlDb: string
  readonly pepperFile: string
  /** Sealed credentials of accounts. */
  readonly vaultDb: string
  /** What happened to keys, accounts, limits and settings. */
  readonly auditDb: string
  /** How far that had come: beside it, so that a tail cut off shows. */
  readonly auditHead: string
  /** When markets trade, where an operator imported it. */
  readonly calendarFile: string
  /** Bus sockets, locks and run files. */
  readonly runDir: string
  /** Whose processes, under users of their own, share these folders; without one, they are their owner's alone. */
  readonly group?: number | undefined
  /** The same of the vault, where it has a folder of its own: other processes than all of them. */
  readonly vaultGroup?: number | undefined
  lockFile(name: string): string
  /** Throws FEED_UNKNOWN for a text that is no feed name. */
  instrumentsDb(feed: string): string
  /** Last values. Throws the same. */
  lastFile(feed: string): string
  runFile(name: string): string
  /** The private key by which a feed, or with `undefined` the proxy, is known on the bus. Throws the same. */
  identityFile(feed: string | undefined): string
}

/** What of the configuration says where things stand. */
export interface Places {
  readonly dataDir: string
  readonly bus: { readonly runDir: string }
  readonly group?: number | undefined
  readonly vault?: { readonly dir?: string | undefined; readonly group?: number | undefined }
}

export function dataFolder({ dataDir, bus: { runDir }, group, vault = {} }: Places): DataFolder {
  return {
    root: dataDir,
    controlDb: join(dataDir, 'control.db'),
    pepperFile: join(dataDir, 'pepper.key'),
    vaultDb: join(vault.dir ?? dataDir, 'vault.db'),
    auditDb: join(dataDir, 'audit.db'),
    auditHead: join(dataDir, 'audit.head'),
    calendarFile: join(dataDir, 'calendar.json'),
    runDir,
    group,
    vaultGroup: vault.group,
    // Beside the sockets: two data folders that share a run folder must not share a bus by accident.
    lockFile: name => join(runDir, `${name}.lock`),
    instrumentsDb: feed => join(dataDir, 'instruments', `${checked(feed)}.db`),
    lastFile: feed => join(dataDir, 'last', `${checked(feed)}.jsonl`),
    runFile: name => join(runDir, `${name}.json`),
    // No feed name holds an underscore.
    identityFile: feed => join(dataDir, 'identities', `${feed === undefined ? '_proxy' : checked(feed)}.key`),
  }
}

function checked(feed: string): string {
  if (!isFeedName(feed)) throw new TickwireError('FEED_UNKNOWN', `${JSON.stringify(feed)} is no feed name`)
  return feed
}

/** Group and others may not write where keys are kept, and may not even enter where the sockets are. */
const WRITABLE_BY_OTHERS = 0o022
const OPEN_TO_OTHERS = 0o077

/**
 * Makes the folders (0700; 2770 for a group) and proves that they can be used. Throws FOLDER_UNUSABLE when one cannot be
 * made or written, belongs to another user or group, or is open to others; permissions that exist are never changed.
 */
export function prepareFolder({ root, runDir, group }: DataFolder): void {
  prepare(root, WRITABLE_BY_OTHERS, group)
  prepare(join(root, 'instruments'), WRITABLE_BY_OTHERS, group)
  // Each process makes what is its own in them; whoever made the folder itself must not be the only one who can.
  if (group !== undefined)
    for (const name of ['last', 'identities']) prepare(join(root, name), WRITABLE_BY_OTHERS, group)
  prepareRunFolder(runDir, group)
}

/** The same for the folder of the sockets alone: who may enter it may publish prices. */
export const prepareRunFolder = (runDir: string, group?: number): void => prepare(runDir, OPEN_TO_OTHERS, group)

/** The same for the folder of the vault, where it is not the data folder. */
export function prepareVaultFolder({ root, vaultDb, vaultGroup }: DataFolder): void {
  const path = dirname(vaultDb)
  if (path !== root) prepare(path, OPEN_TO_OTHERS, vaultGroup)
}

function prepare(path: string, forbidden: number, group: number | undefined): void {
  attempt(path, () => makeFolder(path, group))
  const found = attempt(path, () => statSync(path))
  if (group === undefined) requireOwn(path, found, forbidden)
  else requireShared(path, found, group)
  // Permission bits say nothing of a read-only mount or a full disk, and nothing at all to root.
  const probe = join(path, `.probe-${process.pid}`)
  attempt(path, () => writeFileSync(probe, 'probe', { mode: 0o600 }))
  rmSync(probe, { force: true })
}

function requireOwn(path: string, { uid, mode }: Stats, forbidden: number): void {
  const user = process.getuid?.()
  if (user !== undefined && uid !== user)
    throw unusable(
      path,
      `belongs to user ${uid}, and this is user ${user}`,
      `run as that user, or: chown ${user} ${path}`,
    )
  if (mode & forbidden) throw unusable(path, 'is open to other users', `chmod 700 ${path}`)
}

/**
 * For its owner only, or for a group, with those above it for their owner. By hand, because Node's own recursion never ends
 * where a parent exists and takes no child (`/proc`).
 */
export function makeFolder(path: string, group?: number): void {
  try {
    if (group === undefined) mkdirSync(path, { mode: 0o700 })
    else makeShared(path, group)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error
    makeFolder(dirname(path))
    makeFolder(path, group)
  }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw folderError(path, cause)
  }
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'it is a file',
  ENOENT: 'it cannot be made there',
  ELOOP: 'its links go in a circle',
  ENAMETOOLONG: 'the path is too long',
}

/** FOLDER_UNUSABLE for a failed system call below `path`; any other error comes back as it is. */
export function folderError(path: string, cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return cause
  return unusable(
    path,
    `cannot be used: ${WHY[code] ?? code}`,
    `choose another with --data-dir, or: ls -ld ${dirname(path)}`,
    cause,
  )
}

const unusable = (path: string, why: string, next: string, cause?: unknown) =>
  new TickwireError('FOLDER_UNUSABLE', `${path} ${why}`, { next, cause })
