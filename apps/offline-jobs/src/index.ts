export type { JobName, JobOptions, JobReport } from './jobs.ts'
export { runJob } from './run-job.ts'
