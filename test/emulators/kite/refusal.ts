/** `error_type` and words of the statuses that Kite uses ("Kite Connect 3 documentation, Exceptions and errors"). */
const WORDS: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ['InputException', 'Missing or bad parameters.'],
  403: ['TokenException', 'Incorrect `api_key` or `access_token`.'],
  404: ['GeneralException', 'Route not found'],
  405: ['GeneralException', 'Method not allowed'],
  429: ['NetworkException', 'Too many requests'],
  500: ['GeneralException', 'Something went wrong.'],
  502: ['DataException', 'The back end sent nonsense.'],
  503: ['NetworkException', 'The back end cannot be reached.'],
}

/** The body of an answer that is a failure. */
export function refusalOf(status: number, message?: string): { body: string } {
  const [type, words] = WORDS[status] ?? ['GeneralException', 'Unclassified.']
  return { body: JSON.stringify({ status: 'error', message: message ?? words, data: null, error_type: type }) }
}
