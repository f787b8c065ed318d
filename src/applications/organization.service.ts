/** The settings that the applications of an account share: get, create, change. */
import { Injectable } from '@nestjs/common';
import { DomainError, UnitOfWork, findRow, whenTaken, type Actor } from '../core/index.js';
import { AccountService, lockAccountShared } from '../identity/index.js';
import { OrganizationCreated, OrganizationUpdated } from './changes.js';
import { Organization } from './organization.entity.js';

/** The values of an organization. */
export type OrganizationValues = Pick<
  Organization,
  'name' | 'authDomain' | 'inactivityEnabled' | 'inactivityDays' | 'inactivityAction' | 'extra'
>;

@Injectable()
export class OrganizationService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly accounts: AccountService,
  ) {}

  /** The settings of an account; `null` as long as they are not made. */
  find(accountId: string): Promise<Organization | null> {
    return this.unitOfWork.read((manager) => findRow(manager, Organization, { accountId }));
  }

  /** @throws DomainError `account_not_found`, `conflict` */
  create(actor: Actor, accountId: string, values: OrganizationValues): Promise<Organization> {
    const write = this.accounts.change(actor, accountId, async (tx) => {
      await lockAccountShared(tx, accountId);
      if (await tx.lockForUpdate(Organization, { accountId })) {
        throw new DomainError('conflict', 'the account has an organization already; change it instead');
      }
      const organization: Organization = { accountId, ...values, createdAt: tx.now, updatedAt: tx.now };
      await tx.manager.insert(Organization, organization as object);
      tx.record(new OrganizationCreated(organization, { auth_domain: values.authDomain }));
      return organization;
    });
    return whenTaken(write, domainTaken);
  }

  /**
   * Changes the settings by what a function makes of the present ones; does nothing if nothing differs.
   * @returns `null` if they are not made
   * @throws DomainError `conflict`, and what the function throws
   */
  update(
    actor: Actor,
    accountId: string,
    wanted: (present: Organization) => Partial<OrganizationValues>,
  ): Promise<Organization | null> {
    const write = this.accounts.change(actor, accountId, async (tx) => {
      const present = await tx.lockForUpdate(Organization, { accountId });
      if (!present) return null;
      const changes = wanted(present);
      const fields = Object.entries(changes).filter(
        ([field, value]) => JSON.stringify(value) !== JSON.stringify(present[field as keyof Organization]),
      );
      if (fields.length === 0) return present;
      const values = { ...Object.fromEntries(fields), updatedAt: tx.now };
      await tx.manager.update(Organization, { accountId }, values);
      const changed: Organization = Object.assign(present, values);
      tx.record(new OrganizationUpdated(changed, { fields: fields.map(([field]) => field) }));
      return changed;
    });
    return whenTaken(write, domainTaken);
  }
}

function domainTaken(): DomainError {
  return new DomainError(
    'conflict',
    'the auth_domain belongs to the organization of another account; choose another one',
  );
}
