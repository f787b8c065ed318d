/** Loads what a path names within an account, before the body of the request is validated. */
import { Injectable } from '@nestjs/common';
import {
  ApplicationService,
  OwnedPolicyService,
  PolicyService,
  type ApplicationWithPolicies,
  type AppliedPolicy,
  type ReusablePolicy,
} from '../../applications/index.js';
import { DomainError } from '../../core/index.js';
import { MembershipService, type Member } from '../../identity/index.js';
import type { ServiceToken } from './service-token.entity.js';
import { ServiceTokenService } from './service-token.service.js';

/** What a path names, all of one account. */
export interface PathResources {
  readonly token?: ServiceToken;
  readonly member?: Member;
  readonly application?: ApplicationWithPolicies;
  readonly policy?: ReusablePolicy;
  /** A policy of the application in the path. */
  readonly appliedPolicy?: AppliedPolicy;
}

/** Parameters of a path by their names. */
type Parameters = Readonly<Record<string, string | string[] | undefined>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the path of a request names. */
export interface NamedInPath {
  readonly accountId: string;
  /** Of the membership in the path, if any. */
  readonly memberId: string | undefined;
  /** When the request has arrived, by `performance.now()`. */
  readonly arrivedAt: number;
  readonly parameters: Parameters;
}

@Injectable()
export class ResourceLoader {
  constructor(
    private readonly memberships: MembershipService,
    private readonly tokens: ServiceTokenService,
    private readonly applications: ApplicationService,
    private readonly policies: PolicyService,
    private readonly owned: OwnedPolicyService,
  ) {}

  /**
   * @param required - the names of those that the handler takes
   * @throws DomainError `token_not_found`, `member_not_found`, `resource_not_found`
   */
  async load(
    { accountId, memberId, arrivedAt, parameters }: NamedInPath,
    required: ReadonlySet<string>,
  ): Promise<PathResources> {
    const { tokenId, applicationId, policyId } = parameters;
    return {
      ...(required.has('token') && { token: await this.tokens.get(accountId, serviceTokenId(tokenId), arrivedAt) }),
      ...(required.has('member') && { member: await this.memberships.get(accountId, memberId ?? '') }),
      ...(required.has('application') && { application: await this.applications.get(accountId, uuid(applicationId)) }),
      ...(required.has('policy') && { policy: await this.policies.get(accountId, uuid(policyId)) }),
      ...(required.has('appliedPolicy') && {
        appliedPolicy: await this.owned.get(accountId, uuid(applicationId), uuid(policyId)),
      }),
    };
  }
}

/** @throws DomainError `token_not_found` for text that is not the id of a service token */
function serviceTokenId(text: unknown): string {
  if (isUuid(text)) return text.toLowerCase();
  throw new DomainError('token_not_found', 'no such service token');
}

/** @throws DomainError `resource_not_found` for text that is not the id of an application or a policy */
function uuid(text: unknown): string {
  if (isUuid(text)) return text.toLowerCase();
  throw new DomainError('resource_not_found', 'no such application or policy');
}

/** Whether a text is a UUID, in either case. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text);
}
