/** How the handles of personal tokens are made. */
import type { HashingService, Secret } from '../core/index.js';
import { newHexId } from './hex-id.js';
import type { ServerSettings } from './server-settings.js';

/** Also the injection token. A dialect may bring its own, in the form that its clients know. */
export abstract class PersonalTokenHandles {
  /** A handle for a token with this secret. */
  abstract handleOf(secret: Secret): Promise<string>;
}

/** What makes a {@link PersonalTokenHandles} of what the server has. */
export type PersonalTokenHandlesFactory = (parts: {
  readonly settings: ServerSettings;
  readonly hashing: HashingService;
}) => PersonalTokenHandles;

/** 32 random hex digits, where no dialect says otherwise. */
export class RandomTokenHandles extends PersonalTokenHandles {
  handleOf(): Promise<string> {
    return Promise.resolve(newHexId());
  }
}
