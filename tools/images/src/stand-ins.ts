import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KAFKA_IMAGE, kafkaJars, REDIS_IMAGE } from '@explore/servers'
import { onDebian } from './base-images.ts'

const install = (...packages: readonly string[]): string =>
  `RUN apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')} && ` +
  'rm -rf /var/lib/apt/lists/*'

/** Redis of the distribution, where the official image can't be had. */
export const redisImage = (): Promise<void> =>
  onDebian(REDIS_IMAGE, [
    install('redis-server'),
    'WORKDIR /data',
    'EXPOSE 6379',
    // As the official one, whatever it is told besides: who asks is another container, or comes by a published port.
    `RUN printf '#!/bin/sh\\nexec /usr/bin/redis-server "$@" --protected-mode no\\n' > /usr/local/bin/redis-server && ` +
      'chmod 755 /usr/local/bin/redis-server',
    'CMD ["redis-server"]',
  ])

/** Reads what the official image reads: a variable for each property, KAFKA_LOG_DIRS for log.dirs. */
const RUN = `#!/bin/sh
set -e
env | awk '/^KAFKA_/ && !/^KAFKA_HEAP_OPTS=/ {
  at = index($0, "=")
  key = tolower(substr($0, 7, at - 7))
  gsub("_", ".", key)
  print key "=" substr($0, at + 1)
}' > /tmp/server.properties
export CLASSPATH='/opt/kafka/*'
java="java $KAFKA_HEAP_OPTS -XX:+UseSerialGC -XX:TieredStopAtLevel=1
  -Dlog4j2.configurationFile=/opt/kafka/log4j2.properties"
$java kafka.tools.StorageTool format --ignore-formatted \\
  --cluster-id="\${CLUSTER_ID:-MkU3OEVBNTcwNTJENDM2Qk}" -c /tmp/server.properties
exec $java kafka.Kafka /tmp/server.properties
`

/** Kafka of its Maven artifacts, where the official image can't be had. */
export const kafkaImage = (): Promise<void> =>
  onDebian(
    KAFKA_IMAGE,
    [
      install('openjdk-17-jre-headless'),
      'COPY jars /opt/kafka/',
      'COPY run /etc/kafka/docker/run',
      'EXPOSE 9092',
      'CMD ["/etc/kafka/docker/run"]',
    ],
    async folder => {
      const { jars, logging } = await kafkaJars()
      cpSync(jars, join(folder, 'jars'), { recursive: true })
      cpSync(logging, join(folder, 'jars', 'log4j2.properties'))
      writeFileSync(join(folder, 'run'), RUN, { mode: 0o755 })
    },
  )

const PROMETHEUS = 'docker.io/prom/prometheus:v3.5.0'

/** Prometheus of the distribution, which is older, where the official image can't be had. */
export const prometheusImage = (): Promise<void> =>
  onDebian(PROMETHEUS, [
    install('prometheus'),
    'RUN install -d -o nobody -g nogroup /prometheus',
    'USER nobody',
    'EXPOSE 9090',
    'VOLUME /prometheus',
    'WORKDIR /prometheus',
    'ENTRYPOINT ["prometheus"]',
    'CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]',
  ])
