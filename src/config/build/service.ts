import type { Vip, VirtualService } from '../../model/cluster.ts';
import type { AskSettings, VerifySettings } from '../../model/verification.ts';
import { defaults, usualQuestion } from '../defaults.ts';
import type { DraftService } from '../draft/service.ts';
import type { DraftVip } from '../draft/vip.ts';
import { buildAvailability } from './availability.ts';
import { certain } from './certain.ts';
import { buildChecks, defaultCheck } from './check.ts';

/** A service with its defaults filled in. */
export function buildService(service: DraftService, vips: readonly Vip[]): VirtualService {
  const { yaml, protocol } = service;
  const built = (vip: DraftVip | undefined) => certain(vips.find(({ name }) => name === vip?.name));
  return {
    name: service.name,
    group: service.group,
    vip: built(service.vip),
    port: service.port,
    protocol,
    mark: service.mark && { ...service.mark, vips: service.mark.vips.map(built) },
    scheduler: service.scheduler,
    schedulerFlags: yaml.scheduler_flags ?? [],
    method: service.method,
    ...buildPersistence(yaml.persistence),
    onePacket: yaml.one_packet ?? false,
    realServers: service.servers.map(({ name, rip, port, weight, yaml: server }) => ({
      host: name,
      rip: certain(rip),
      port,
      weight,
      upperThreshold: server.upper_threshold ?? 0,
      lowerThreshold: server.lower_threshold ?? 0,
      checks: server.check && buildChecks(server.check, yaml),
      inhibitOnFailure: server.inhibit_on_failure,
      notifyUp: server.notify_up,
      notifyDown: server.notify_down,
    })),
    checks: buildChecks(yaml.check ?? defaultCheck(protocol), yaml),
    availability: buildAvailability(service),
    delayLoop: yaml.delay_loop ?? defaults.delayLoop,
    drain: yaml.drain ?? defaults.drain,
    verify: buildVerify(service),
  };
}

function buildPersistence(
  yaml: DraftService['yaml']['persistence'],
): Pick<VirtualService, 'persistence' | 'persistencePrefix' | 'persistenceEngine'> {
  const { timeout, prefix, engine } =
    typeof yaml === 'object' ? yaml : { timeout: yaml ?? defaults.persistence };
  return { persistence: timeout, persistencePrefix: prefix, persistenceEngine: engine };
}

function buildVerify(service: DraftService): VerifySettings {
  const { expect, requests, hold } = service.yaml.verify ?? {};
  return {
    ...buildQuestion(service),
    expect,
    requests: requests ?? defaults.verify.requests,
    hold: hold ?? defaults.verify.hold,
  };
}

function buildQuestion({ yaml: { verify = {} }, protocol, port }: DraftService): AskSettings {
  const type = verify.type ?? usualQuestion(protocol, port);
  switch (type) {
    case 'http':
    case 'https': {
      const { path = defaults.verify.path, certificate = defaults.verify.certificate, host } = verify;
      return { type, path, host, certificate };
    }
    case 'connect':
      return { type, send: verify.send };
    case 'dns':
      return { type, name: verify.name ?? defaults.verify.name };
    case 'command':
      return { type, run: certain(verify.run), packages: verify.packages ?? [] };
    default:
      return { type };
  }
}
