import { runStage } from '@explore/gateway'

await runStage('second-stage-mtml')
