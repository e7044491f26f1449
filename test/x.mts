import { WebSocket } from 'ws'
const ws = new WebSocket('ws://127.0.0.1:18770')
const last = new Map<string, any>(); const count = new Map<string, number>()
ws.on('open', () => ws.send(JSON.stringify({ action: 'authenticate', api_key: process.env.KEY, features: ['order_updates'] })))
const sub = (symbols: any[], mode: any) => ws.send(JSON.stringify({ action: 'subscribe', symbols, mode }))
ws.on('message', d => { const m = JSON.parse(d.toString())
  if (m.type === 'market_data') { const k = `${m.exchange}:${m.symbol} ${m.mode}${m.data.depth_level ?? ''}`; last.set(k, m); count.set(k, (count.get(k) ?? 0) + 1) }
  else { console.log('>>', JSON.stringify(m).slice(0, 400)) }
  if (m.type === 'auth') { sub([{ symbol: 'SBIN', exchange: 'NSE' }], 'LTP'); sub([{ symbol: 'NIFTY', exchange: 'NSE_INDEX' }, { symbol: 'INFY', exchange: 'NSE' }], 'Quote'); sub([{ symbol: 'RELIANCE', exchange: 'NSE' }, {symbol:'USDINR24NOV26FUT',exchange:'CDS'},{symbol:'GOLD24NOV26FUT',exchange:'MCX'}, {symbol:'TCS', exchange:'NSE'}], 'Depth'); sub([{ symbol: 'TCS:20', exchange: 'NSE' },{ symbol: 'NIFTY24NOV26FUT:20', exchange: 'NFO' }], 'Depth'); ws.send(JSON.stringify({action:'subscribe_orders'})) }
})
setTimeout(() => { for (const [k, m] of last) console.log(k, count.get(k), JSON.stringify(m.data).slice(0, 420)); process.exit() }, 6000)
setTimeout(()=>fetch('http://127.0.0.1:9471/emulator/order',{method:'POST',body:'{"orderstatus":"cancelled"}'}), 3000)
