/**
 * What every REST call carries (SmartAPI documentation). The addresses are asked for and not checked; without the one of
 * the network card the call is refused.
 */
export const restHeaders = (apiKey: string, jwt?: string): Readonly<Record<string, string>> => ({
  'Content-Type': 'application/json',
  Accept: 'application/json',
  'X-UserType': 'USER',
  'X-SourceID': 'WEB',
  'X-ClientLocalIP': '127.0.0.1',
  'X-ClientPublicIP': '127.0.0.1',
  'X-MACAddress': '00:00:00:00:00:00',
  'X-PrivateKey': apiKey,
  ...(jwt === undefined ? {} : { Authorization: `Bearer ${jwt}` }),
})
