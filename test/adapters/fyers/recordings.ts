import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../support/source.ts'

/** Recorded by others; not part of the repository. What needs it is left out where it is not there. */
const FOLDER = join(ROOT, '../shared/fixtures/brokers/fyers')

export const hasRecordings = existsSync(FOLDER)

export const recordedText = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')

export const recordedJson = <T>(name: string): T => JSON.parse(recordedText(name)) as T
