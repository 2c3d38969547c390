import { existsSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from './cache-folder.ts'
import { hasCommand } from './has-command.ts'

/**
 * Environment of podman and buildah. Where nobody has configured them, their defaults may not fit the machine: limits that
 * not every root may set, a runtime that does not know every kernel's cgroups, a systemd that is not there.
 */
export const podmanEnvironment = (): NodeJS.ProcessEnv => {
  const known = ['/etc/containers', join(homedir(), '.config/containers')]
  const configured = known.some(folder => existsSync(join(folder, 'containers.conf')))
  if (process.env.CONTAINERS_CONF !== undefined || configured) return process.env
  const file = join(cacheFolder('podman'), 'containers.conf')
  writeFileSync(file, configuration())
  return { ...process.env, CONTAINERS_CONF: file }
}

const configuration = (): string =>
  [
    '[containers]',
    'default_ulimits = ["nofile=10000:10000", "nproc=10000:10000"]',
    '[engine]',
    ...(hasCommand('runc') ? ['runtime = "runc"'] : []),
    ...(existsSync('/run/systemd/system')
      ? []
      : ['cgroup_manager = "cgroupfs"', 'events_logger = "file"']),
    '',
  ].join('\n')
