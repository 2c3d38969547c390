export { expectPortFree } from './port-free.ts'
export { type Gateway, type GatewayOptions, serve } from './serve.ts'
export { runStage } from './run-stage.ts'
export { untilStopped } from './until-stopped.ts'
