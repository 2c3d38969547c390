import { runStage } from '@explore/gateway'

await runStage('first-stage')
