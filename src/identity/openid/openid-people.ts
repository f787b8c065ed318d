/** Finds, binds or creates the user of a person whom an OpenID provider has authenticated, and gives them their rights. */
import { Injectable } from '@nestjs/common';
import { DomainError, SYSTEM, UnitOfWork, UniqueViolation, type Origin, type Transaction } from '../../core/index.js';
import { Account } from '../account.entity.js';
import { UserOpenIdBound } from '../changes.js';
import { requireAllowedDomain } from '../labels/allowed-domains.js';
import { emailKeysOf, readEmailAddress } from '../labels/email-address.js';
import { Membership, type Role } from '../membership.entity.js';
import { MembershipService } from '../membership.service.js';
import { storedPolicy } from '../server-settings.js';
import { User } from '../user.entity.js';
import { UserService } from '../user.service.js';
import { rightsOf, type GroupGrants, type GroupRights } from './group-rights.js';
import { OpenIdBinding } from './openid-binding.entity.js';
import { SignInRefused, type RefusalReason } from './sign-in-refused.js';

/** Somebody as their provider describes them. */
export interface ProviderPerson {
  /** At most 255 characters, like the subject. */
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  /** Whether the address is known to be theirs. */
  readonly isVerified: boolean;
  readonly name: string | null;
  readonly groups: readonly string[];
}

/** Whom a server admits. */
export interface AdmissionRules {
  /** Absent if rights are given here and not by groups. */
  readonly grants: GroupGrants | undefined;
  /** Whether a user with a verified address is bound to the person who has it. */
  readonly bindByEmail: boolean;
  /** Whether people without a user get one. */
  readonly createUsers: boolean;
}

/** Nobody's name is longer. */
const NAME_MAX = 255;

@Injectable()
export class OpenIdPeople {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: UserService,
    private readonly memberships: MembershipService,
  ) {}

  /**
   * The user of a person, with the rights that their groups give. Rights that they have lost are taken even if they may
   * not sign in.
   * @throws DomainError {@link SignInRefused}
   */
  async admit(person: ProviderPerson, rules: AdmissionRules, origin: Origin): Promise<User> {
    const author = { ...SYSTEM, ...origin };
    const rights = rules.grants && rightsOf(rules.grants, person.groups);
    const attempt = (): Promise<User> =>
      this.unitOfWork.write(author, (tx) => this.userOf(tx, person, rules, rights)).catch(refusedAs(person));
    // Somebody who signs in for the first time twice at once is bound by one of the two.
    const user = await attempt().catch((error: unknown) => {
      if (error instanceof UniqueViolation) return attempt();
      throw error;
    });
    const reason = reasonAgainst(user, rights);
    if (reason) throw new SignInRefused(reason, person.email);
    return user;
  }

  private async userOf(
    tx: Transaction,
    person: ProviderPerson,
    rules: AdmissionRules,
    rights: GroupRights | undefined,
  ): Promise<User> {
    const user = (await boundTo(tx, person)) ?? (await this.newlyBound(tx, person, rules, rights));
    // Those who are blocked keep what they had until they are unblocked and sign in.
    if (user.blocked || !rights) return user;
    if (rights.admin !== null && rights.admin !== user.admin) {
      await this.users.change(tx, user.id, { admin: rights.admin });
      user.admin = rights.admin;
    }
    for (const [accountId, role] of rights.roles) await this.giveRole(tx, user.id, accountId, role);
    return user;
  }

  private async newlyBound(
    tx: Transaction,
    person: ProviderPerson,
    { bindByEmail, createUsers }: AdmissionRules,
    rights: GroupRights | undefined,
  ): Promise<User> {
    const { issuer, subject, email } = person;
    const refuse = (reason: RefusalReason): SignInRefused => new SignInRefused(reason, email);
    if (rights && !rights.maySignIn) throw refuse('no_role');
    if (email === null) throw refuse('no_address');
    if (!person.isVerified) throw refuse('unverified_address');
    const known = await withAddress(tx, email);
    if (known) {
      if (!bindByEmail) throw refuse('not_bound');
      if (known.blocked) throw refuse('blocked');
      if (await tx.manager.existsBy(OpenIdBinding, { userId: known.id, issuer })) throw refuse('bound_to_another');
    } else if (!createUsers) throw refuse('unknown_person');
    const user = known ?? (await this.created(tx, person, email));
    await tx.manager.insert(OpenIdBinding, { issuer, subject, userId: user.id, createdAt: tx.now });
    tx.record(new UserOpenIdBound(user, { issuer }));
    return user;
  }

  private async created(tx: Transaction, { name }: ProviderPerson, email: string): Promise<User> {
    const address = readEmailAddress(email);
    if ('flaw' in address) throw new SignInRefused('address_not_allowed', null);
    await requireAllowedDomain(tx, address);
    const { requireAdminApproval } = await storedPolicy(tx.manager);
    return this.users.insert(tx, {
      email,
      name: nameFrom(name) ?? email,
      admin: false,
      approved: !requireAdminApproval,
      blocked: false,
      passwordHash: null,
    });
  }

  private async giveRole(tx: Transaction, userId: number, accountId: string, role: Role | null): Promise<void> {
    const membership = await tx.manager.findOneBy(Membership, { accountId, userId });
    if (role === (membership?.role ?? null)) return;
    if (membership && role === null) await this.memberships.removeIn(tx, accountId, membership.id);
    else if (membership && role) await this.memberships.changeRoleIn(tx, accountId, membership.id, role);
    // The start warns of accounts that do not exist.
    else if (role && (await tx.lockShared(Account, { id: accountId })))
      await this.memberships.insert(tx, accountId, userId, role);
  }
}

/** The user of somebody who has signed in before, locked. */
async function boundTo(tx: Transaction, { issuer, subject }: ProviderPerson): Promise<User | null> {
  const binding = await tx.manager.findOneBy(OpenIdBinding, { issuer, subject });
  return binding && tx.lockForUpdate(User, { id: binding.userId });
}

/** The user with an address, locked. */
async function withAddress(tx: Transaction, email: string): Promise<User | null> {
  for (const emailKey of emailKeysOf(email)) {
    const user = await tx.manager.findOneBy(User, { emailKey });
    if (user) return tx.lockForUpdate(User, { id: user.id }, { emailKey });
  }
  return null;
}

function reasonAgainst(
  { blocked, approved }: User,
  rights: GroupRights | undefined,
): 'blocked' | 'unapproved' | 'no_role' | undefined {
  if (blocked) return 'blocked';
  if (rights && !rights.maySignIn) return 'no_role';
  return approved ? undefined : 'unapproved';
}

/** What the rules of users mean for somebody who signs in. */
function refusedAs({ email }: ProviderPerson): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof DomainError) || error instanceof SignInRefused) throw error;
    if (error.code === 'last_admin') throw new SignInRefused('last_administrator', email);
    if (error.code === 'email_taken' || error.code === 'invalid_value')
      throw new SignInRefused('address_not_allowed', email);
    throw error;
  };
}

/** As a name is stored; `undefined` if nothing is left of it. */
function nameFrom(name: string | null): string | undefined {
  const visible = name?.toWellFormed().replaceAll(/\p{C}/gu, '').trim() ?? '';
  return visible === '' ? undefined : Array.from(visible).slice(0, NAME_MAX).join('');
}
