import { file } from '../kinds/file.ts';
import { service } from '../kinds/service.ts';
import { type Resource, resource } from '../model/kind.ts';

/** A script of ours and the systemd unit that runs it. Both templates are named after their files. */
export interface OwnUnit {
  /** Where the script goes; people run it by hand, too. */
  readonly script: string;
  readonly template: string;
  readonly data: object;
  /** Name without `.service`. */
  readonly unit: string;
  /** What would be lost without it, for the reader of a plan. */
  readonly holds: string;
}

/**
 * The three resources that make live state outlive a reboot. They come after the live resources, so that the unit's
 * first start finds everything in place. A changed script is reloaded, which changes nothing live either but shows
 * today, not at the next boot, that the script works.
 */
export function ownUnit({ script, template, data, unit, holds }: OwnUnit): readonly Resource[] {
  const unitFile = `/etc/systemd/system/${unit}.service`;
  return [
    resource(file, { path: script, template, data, mode: '0755' }, `${holds}: this brings it back`),
    resource(
      file,
      { path: unitFile, template: `${unit}.service`, data: { script } },
      `runs ${script} at boot`,
    ),
    resource(
      service,
      { name: unit, running: true, enabled: true, reload_on: [script, unitFile] },
      `${holds}; it starts at boot, and its start changes nothing that is in place`,
    ),
  ];
}
