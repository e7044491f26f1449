import type { Environment } from './environment.ts'
import { variable } from './environment.ts'

/** Whether a browser that is started here has a screen to open on. */
export const hasDisplay = (platform: NodeJS.Platform = process.platform, env: Environment = process.env): boolean =>
  platform === 'darwin' ||
  platform === 'win32' ||
  variable(env, 'DISPLAY') !== undefined ||
  variable(env, 'WAYLAND_DISPLAY') !== undefined
