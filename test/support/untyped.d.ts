/** OpenAlgo's library for Node: of its requests only orders have methods, and all of them go through this one. */
declare module 'openalgo' {
  export default class OpenAlgo {
    constructor(apiKey: string, host?: string, version?: string)
    readonly apiKey: string
    readonly baseUrl: string
    _post(url: string, payload: object): Promise<unknown>
  }
}
