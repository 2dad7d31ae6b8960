import { file } from '../kinds/file.ts';
import { service } from '../kinds/service.ts';
import { type Resource, resource } from '../model/kind.ts';

/** A script of ours and what runs it at boot. The templates of the script and of the unit are named after their files. */
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
 * The resources that make live state outlive a reboot. They come after the live resources, so that the unit's
 * first start finds everything in place. A changed script is reloaded, which changes nothing live either but shows
 * today, not at the next boot, that the script works. What runs it is a unit, or on a host without systemd a script of
 * /etc/init.d: of the two files each is wanted by its own hosts alone.
 */
export function ownUnit({ script, template, data, unit, holds }: OwnUnit): readonly Resource[] {
  const initScript = `/etc/init.d/${unit}`;
  const unitFile = `/etc/systemd/system/${unit}.service`;
  return [
    resource(file, { path: script, template, data, mode: '0755' }, `${holds}: this brings it back`),
    resource(
      file,
      { path: unitFile, init: 'systemd', template: `${unit}.service`, data: { script } },
      `runs ${script} at boot`,
    ),
    resource(
      file,
      {
        path: initScript,
        init: 'sysv',
        template: 'init-script',
        data: { script, unit, holds },
        mode: '0755',
      },
      `runs ${script} at boot`,
    ),
    resource(
      service,
      { name: unit, running: true, enabled: true, reload_on: [script, unitFile, initScript] },
      `${holds}; it starts at boot, and its start changes nothing that is in place`,
    ),
  ];
}
