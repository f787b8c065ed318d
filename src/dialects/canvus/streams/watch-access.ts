/** Who may watch each kind of resource. */
import { DomainError, type DirectoryUser } from '../../../core/index.js';
import type { VisibleUsers } from '../../../identity/index.js';
import { CanvusError } from '../canvus.errors.js';
import { PERMISSION_DENIED } from '../canvus.messages.js';
import type { WatchAccess } from '../../../streams/index.js';

/** One user, and administrators. */
export function ownedBy(ownerId: number): WatchAccess {
  return {
    followsMemberships: false,
    refusal: ({ id, admin }) => (id === ownerId || admin ? null : denied()),
  };
}

/** Those who see every user. */
export function seeingEverybody(visible: VisibleUsers): WatchAccess {
  return {
    followsMemberships: true,
    refusal: async (user) => ((await visible.isRestricted(user)) ? denied() : null),
  };
}

/** Those who see one user. */
export function seeing(visible: VisibleUsers, userId: number): WatchAccess {
  return {
    followsMemberships: true,
    refusal: async (user: DirectoryUser) => {
      if (user.id === userId || !(await visible.isRestricted(user))) return null;
      try {
        await visible.get(user, userId);
        return null;
      } catch (error) {
        if (error instanceof DomainError && error.code === 'user_not_found') return error;
        throw error;
      }
    },
  };
}

function denied(): CanvusError {
  return new CanvusError(403, PERMISSION_DENIED);
}
