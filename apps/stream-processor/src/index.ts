export { healthServer } from './health-server.ts'
