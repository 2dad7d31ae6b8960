import type { HealthCheck, VerifySettings, Vip, VirtualService } from '../../model/cluster.ts';
import { defaults, webPorts } from '../defaults.ts';
import type { DraftService } from '../draft/service.ts';
import type { HealthCheck as CheckYaml } from '../inventory-yaml.ts';
import { certain } from './certain.ts';

/** A service with its defaults filled in. */
export function buildService(service: DraftService, vips: readonly Vip[]): VirtualService {
  const { yaml, protocol } = service;
  return {
    name: service.name,
    vip: certain(vips.find(({ name }) => name === yaml.vip)),
    port: yaml.port,
    protocol,
    scheduler: service.scheduler,
    method: service.method,
    persistence: yaml.persistence ?? defaults.persistence,
    realServers: service.servers.map(({ name, rip, port, weight }) => ({
      host: name,
      rip: certain(rip),
      port,
      weight,
    })),
    check: buildCheck(service),
    delayLoop: yaml.delay_loop ?? defaults.delayLoop,
    drain: yaml.drain ?? defaults.drain,
    verify: buildVerify(service),
  };
}

function buildCheck({ yaml, protocol }: DraftService): HealthCheck {
  const check: CheckYaml = yaml.check ?? { type: protocol === 'tcp' ? 'tcp' : 'none' };
  if (check.type === 'none') return { type: 'none' };
  const times = {
    connectTimeout: check.connect_timeout ?? defaults.check.connectTimeout,
    retries: check.retries ?? defaults.check.retries,
    retryDelay: check.retry_delay ?? defaults.check.retryDelay,
  };
  if (check.type === 'tcp') return { type: 'tcp', ...times };
  const { path = defaults.check.path, status = defaults.check.status } = check;
  return { type: 'http', path, status, ...times };
}

function buildVerify({ yaml, protocol }: DraftService): VerifySettings {
  const web = protocol === 'tcp' && webPorts.has(yaml.port);
  return {
    type: yaml.verify?.type ?? (web ? 'http' : 'connect'),
    path: yaml.verify?.path ?? defaults.verify.path,
    requests: yaml.verify?.requests ?? defaults.verify.requests,
  };
}
