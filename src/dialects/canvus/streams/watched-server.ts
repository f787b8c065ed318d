/** The settings of the server, and what never changes, as resources to watch. */
import { Injectable } from '@nestjs/common';
import { ServerSettings, SettingsChanged } from '../../../identity/index.js';
import { CanvusError } from '../canvus.errors.js';
import { PERMISSION_DENIED } from '../canvus.messages.js';
import { adminServerConfigView, publicServerConfigView } from '../server-config.js';
import { numbered, single } from './items.js';
import type { WatchAccess } from '../../../streams/index.js';
import { ALL, type Item, type WatchedResource } from './watched-resource.js';

const EVERYBODY: WatchAccess = { followsMemberships: false, refusal: () => null };

const ADMINISTRATORS: WatchAccess = {
  followsMemberships: false,
  refusal: ({ admin }) => (admin ? null : new CanvusError(403, PERMISSION_DENIED)),
};

@Injectable()
export class WatchedServer {
  constructor(private readonly settings: ServerSettings) {}

  /** @param isWhole - all settings, for administrators; otherwise the public part */
  config(isWhole: boolean): WatchedResource {
    const view = isWhole ? adminServerConfigView : publicServerConfigView;
    return {
      name: isWhole ? 'server-config' : 'server-config, public',
      isList: false,
      userId: null,
      access: isWhole ? ADMINISTRATORS : EVERYBODY,
      read: () => single(async () => numbered(0, view(await this.settings.policy()))),
      affectedKey: (change) => (change instanceof SettingsChanged ? ALL : undefined),
    };
  }

  /** One object that never changes, for administrators. */
  constant(name: string, view: object): WatchedResource {
    return {
      ...unchanging(name, false),
      read: () => single(() => Promise.resolve(numbered(0, view))),
    };
  }

  /** A list that is always empty, for administrators. */
  emptyList(name: string): WatchedResource {
    return { ...unchanging(name, true), read: nothing };
  }
}

function unchanging(name: string, isList: boolean): Omit<WatchedResource, 'read'> {
  return { name, isList, userId: null, access: ADMINISTRATORS, affectedKey: () => undefined };
}

async function* nothing(): AsyncGenerator<Item[], void> {
  // There is nothing to read.
}
