import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UpFacts } from '../../scripts/facts.ts'
import { systemCode } from '../../shared/errors.ts'
import { formsOfBytes, tracesOf } from '../../shared/trace.ts'

/** Looks for secrets, in every form in which one could stand among other bytes. */
export class Canaries {
  readonly #traces: readonly Buffer[]

  /** Texts, and keys of bytes. */
  constructor(secrets: readonly (string | Buffer)[]) {
    this.#traces = secrets.flatMap(secret =>
      typeof secret === 'string'
        ? tracesOf({ reveal: () => secret })
        : [secret, ...formsOfBytes(secret).map(form => Buffer.from(form))],
    )
  }

  /** The forms found in it. */
  in(content: string | Uint8Array): string[] {
    const bytes = Buffer.from(content)
    return this.#traces.filter(trace => bytes.includes(trace)).map(String)
  }

  /** `file: form` for every file below a folder. */
  inFiles(folder: string): string[] {
    return filesIn(folder).flatMap(file => this.in(contentOf(file)).map(form => `${file}: ${form}`))
  }

  /** The same for command lines and environments of running processes. */
  inProcesses(children: UpFacts['children']): string[] {
    return children.flatMap(({ pid, name }) =>
      pid === undefined
        ? []
        : ['cmdline', 'environ'].flatMap(part =>
            this.in(contentOf(`/proc/${pid}/${part}`)).map(form => `${name} ${part}: ${form}`),
          ),
    )
  }
}

/** Nothing of a file that went between two looks: one that is written is renamed, and a process ends. */
function contentOf(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    if (!GONE.has(systemCode(error) ?? '')) throw error
    return new Uint8Array(0)
  }
}

const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH'])

/** Every file below a folder. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
