export { podmanEnvironment } from './containers-conf.ts'
export { freePort } from './free-port.ts'
export { hasCommand } from './has-command.ts'
export { type ServerProcess, serverProcess } from './server-process.ts'
export { kafkaJars } from './kafka-distribution.ts'
export { cacheFolder } from './cache-folder.ts'
export {
  KAFKA_IMAGE,
  type KafkaNode,
  type KafkaOptions,
  type KafkaServer,
  startKafka,
  whyNoKafka,
} from './kafka-server.ts'
export { type Proxy, type ProxyMode, startProxy } from './proxy.ts'
export { once } from './once.ts'
export {
  REDIS_IMAGE,
  type RedisNode,
  type RedisOptions,
  type RedisServer,
  startRedis,
  whyNoRedis,
} from './redis-server.ts'
export { type S3Server, startS3, whyNoS3 } from './s3-server.ts'
