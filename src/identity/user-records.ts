/** Reads what is kept of a user besides tokens and the audit log: groups, networks, OpenID providers, and where they were imported from. */
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { LongReads, UnitOfWork, type ReaderId } from '../core/index.js';
import { Group } from './groups/group.entity.js';
import { GroupMember } from './groups/group-member.entity.js';
import { KnownNetwork } from './guessing/known-network.entity.js';
import { OpenIdBinding } from './openid/openid-binding.entity.js';
import { ImportedUser } from './imported-user.entity.js';

@Injectable()
export class UserRecords {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
  ) {}

  /** The groups that a user is in, in batches. */
  async *groups(userId: number, reader: ReaderId): AsyncGenerator<Group[], void> {
    const members = this.reads.batches(reader, {
      entity: GroupMember,
      where: (query) => query.andWhere({ userId }),
      order: ['groupId'],
    });
    for await (const batch of members) {
      const ids = batch.map(({ groupId }) => groupId);
      yield await this.unitOfWork.read((manager) =>
        manager.find(Group, { where: { id: In(ids) }, order: { id: 'ASC' } }),
      );
    }
  }

  /** The networks from which a user has signed in lately; there are at most `LOGIN_KNOWN_NETWORKS`. */
  networks(userId: number): Promise<KnownNetwork[]> {
    return this.unitOfWork.read((manager) =>
      manager.find(KnownNetwork, { where: { userId }, order: { network: 'ASC' } }),
    );
  }

  /** The servers that a user was imported from. */
  origins(userId: number): Promise<ImportedUser[]> {
    return this.unitOfWork.read((manager) =>
      manager.find(ImportedUser, { where: { userId }, order: { origin: 'ASC' } }),
    );
  }

  /** Who a user is at OpenID providers, one for each provider. */
  openIds(userId: number): Promise<OpenIdBinding[]> {
    return this.unitOfWork.read((manager) =>
      manager.find(OpenIdBinding, { where: { userId }, order: { issuer: 'ASC' } }),
    );
  }
}
