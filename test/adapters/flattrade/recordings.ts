import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../support/source.ts'

/** Recorded by others; not part of the repository. What needs it is left out where it is not there. */
const FOLDER = join(ROOT, '../shared/fixtures/brokers/flattrade')

export const hasRecordings = existsSync(FOLDER)

export const recordedBytes = (name: string): Buffer => readFileSync(join(FOLDER, name))

export const recordedJson = <T>(name: string): T => JSON.parse(recordedBytes(name).toString()) as T
