/** Ends what makes a user somebody at an OpenID provider. */
import { Injectable } from '@nestjs/common';
import { UnitOfWork, type Actor } from '../../core/index.js';
import { UserOpenIdUnbound } from '../changes.js';
import { lockUserForUpdate } from '../user-row-lock.js';
import { OpenIdBinding } from './openid-binding.entity.js';

@Injectable()
export class OpenIdBindings {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * The user is nobody at any provider any more, and may be bound to somebody else. Their logins and tokens stay. Does
   * nothing if they are not bound.
   * @throws DomainError `user_not_found`
   */
  unbind(actor: Actor, userId: number): Promise<void> {
    return this.unitOfWork.write(actor, async (tx) => {
      const user = await lockUserForUpdate(tx, userId);
      const bindings = await tx.manager.find(OpenIdBinding, { where: { userId }, order: { issuer: 'ASC' } });
      if (bindings.length === 0) return;
      await tx.manager.delete(OpenIdBinding, { userId });
      tx.record(new UserOpenIdUnbound(user, { issuers: bindings.map(({ issuer }) => issuer) }));
    });
  }
}
