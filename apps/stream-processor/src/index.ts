export { serve, type StreamServer } from './serve.ts'
