import { type AnyKind, erase } from '../model/kind.ts';
import { addressKind } from './address.ts';
import { command } from './command.ts';
import { directory } from './directory.ts';
import { file } from './file.ts';
import { iptables } from './iptables.ts';
import { ipvsTimeouts } from './ipvs-timeouts.ts';
import { keptTable } from './kept-table.ts';
import { kernelModule } from './kernel-module.ts';
import { leaving } from './leaving.ts';
import { opening } from './opening.ts';
import { packageKind } from './package.ts';
import { route } from './route.ts';
import { service } from './service.ts';
import { sourceBuild } from './source-build.ts';
import { sysctl } from './sysctl.ts';
import { virtualServer } from './virtual-server.ts';

/** Every kind of resource by its name, as playbooks and the ledger write it. */
export const kinds: ReadonlyMap<string, AnyKind> = new Map(
  [
    erase(packageKind),
    erase(sourceBuild),
    erase(kernelModule),
    erase(sysctl),
    erase(file),
    erase(directory),
    erase(service),
    erase(addressKind),
    erase(route),
    erase(iptables),
    erase(opening),
    erase(virtualServer),
    erase(ipvsTimeouts),
    erase(leaving),
    erase(keptTable),
    erase(command),
  ].map(kind => [kind.name, kind]),
);
