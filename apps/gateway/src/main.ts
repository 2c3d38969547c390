import { finishPendingImport, homeAt, lockHome, silent } from '@explore/embedded'
import { serve } from './serve.ts'
import { untilStopped } from './until-stopped.ts'

const {
  EXPLORE_HOME = '.explore',
  EXPLORE_HOST = '127.0.0.1',
  EXPLORE_PORT = '8080',
  EXPLORE_GRPC_PORT,
} = process.env

const home = homeAt(EXPLORE_HOME)
const lock = await lockHome(home, 'gateway')
await finishPendingImport(home, silent)
const gateway = await serve(home, {
  ...{ host: EXPLORE_HOST, port: Number(EXPLORE_PORT) },
  grpcPort: EXPLORE_GRPC_PORT === undefined ? undefined : Number(EXPLORE_GRPC_PORT),
})
lock.holder.url = gateway.url
console.log(`explore: gateway on ${[gateway.url, gateway.grpcUrl].filter(Boolean).join(', ')}`)
await untilStopped()
await gateway.close()
await lock.release()
