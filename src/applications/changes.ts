/** The changes to applications, policies, organizations and zones. */
import { Change, type ChangeClass, type ChangeTarget } from '../core/index.js';
import type { Application } from './application.entity.js';
import type { Organization } from './organization.entity.js';
import type { Policy } from './policy.entity.js';
import type { Zone } from './zone.entity.js';

/**
 * A change to one application. All changes of this room count as revocations, so that who was admitted and is not any
 * more, and who is admitted now, is known to every instance when the call returns.
 */
export abstract class ApplicationChange extends Change {
  readonly target: ChangeTarget;
  override readonly accountId: string;
  readonly aud: string;

  constructor(
    application: Pick<Application, 'id' | 'name' | 'accountId' | 'aud'>,
    override readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.target = { type: 'application', id: application.id, name: application.name };
    this.accountId = application.accountId;
    this.aud = application.aud;
  }
}

/** An application was created: it may answer for addresses that another one with a shorter path answered for. */
export class ApplicationCreated extends ApplicationChange {
  readonly type = 'application.created';
}

/** `details.fields` names what changed; `policies` is one of them. */
export class ApplicationUpdated extends ApplicationChange {
  readonly type = 'application.updated';
}

/** The application was deleted, with the policies that belonged to it. */
export class ApplicationDeleted extends ApplicationChange {
  readonly type = 'application.deleted';
}

/** Up to so many applications are named in a change of a policy; PostgreSQL limits what instances can be told. */
const NAMED_APPLICATIONS = 80;

/** A change to one policy. */
export abstract class PolicyChange extends Change {
  readonly target: ChangeTarget;
  override readonly accountId: string;
  /** The applications that have the policy; `null` if there are too many to name. */
  readonly applicationIds: readonly string[] | null;

  constructor(
    policy: Pick<Policy, 'id' | 'name' | 'accountId'>,
    applicationIds: readonly string[],
    override readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.target = { type: 'policy', id: policy.id, name: policy.name };
    this.accountId = policy.accountId;
    this.applicationIds = applicationIds.length > NAMED_APPLICATIONS ? null : applicationIds;
  }
}

/** A policy was created. */
export class PolicyCreated extends PolicyChange {
  readonly type = 'policy.created';
}

/** `details.fields` names what changed. */
export class PolicyUpdated extends PolicyChange {
  readonly type = 'policy.updated';
}

/** The policy was deleted. */
export class PolicyDeleted extends PolicyChange {
  readonly type = 'policy.deleted';
}

/** A change to the settings that the applications of an account share. */
export abstract class OrganizationChange extends Change {
  readonly target: ChangeTarget;
  override readonly accountId: string;

  constructor(
    organization: Pick<Organization, 'accountId' | 'name'>,
    override readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super();
    this.target = { type: 'organization', id: organization.accountId, name: organization.name };
    this.accountId = organization.accountId;
  }
}

/** The settings were made. */
export class OrganizationCreated extends OrganizationChange {
  readonly type = 'organization.created';
}

/** `details.fields` names what changed. */
export class OrganizationUpdated extends OrganizationChange {
  readonly type = 'organization.updated';
}

/** A change to one zone. */
export abstract class ZoneChange extends Change {
  readonly target: ChangeTarget;
  override readonly accountId: string;

  constructor({ id, name, accountId }: Pick<Zone, 'id' | 'name' | 'accountId'>) {
    super();
    this.target = { type: 'zone', id, name };
    this.accountId = accountId;
  }
}

/** A zone was created: applications of other accounts are not found by its hosts any more. */
export class ZoneCreated extends ZoneChange {
  readonly type = 'zone.created';
}

/** The zone was deleted. Applications stay. */
export class ZoneDeleted extends ZoneChange {
  readonly type = 'zone.deleted';
}

/** This room's changes by their type. */
export const APPLICATION_CHANGES = {
  'application.created': ApplicationCreated,
  'application.updated': ApplicationUpdated,
  'application.deleted': ApplicationDeleted,
  'policy.created': PolicyCreated,
  'policy.updated': PolicyUpdated,
  'policy.deleted': PolicyDeleted,
  'organization.created': OrganizationCreated,
  'organization.updated': OrganizationUpdated,
  'zone.created': ZoneCreated,
  'zone.deleted': ZoneDeleted,
} as const satisfies Readonly<Record<string, ChangeClass>>;
