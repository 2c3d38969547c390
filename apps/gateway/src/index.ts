export { type Gateway, type GatewayOptions, serve } from './serve.ts'
export { untilStopped } from './until-stopped.ts'
